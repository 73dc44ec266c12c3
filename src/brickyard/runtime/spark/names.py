"""Names of tables and how a name in a query becomes one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from brickyard.runtime.spark.errors import analysis_error
from brickyard.runtime.spark.sqltext.lexer import quote_name

# What Unity Catalog allows less what would not survive as a folder's name in a Delta location.
_NAME = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_=+,@-]*$")
HIVE = "hive_metastore"
# Both names mean the workspace's own metastore, on the platform too.
HIVE_NAMES = (HIVE, "spark_catalog")
DEFAULT_SCHEMA = "default"


@dataclass(frozen=True, order=True, slots=True)
class SchemaName:
    """A schema in full; lower case, for Spark's names ignore case.

    Attributes:
        catalog: The catalog.
        schema: The schema in it.
    """

    catalog: str
    schema: str

    @property
    def sql(self) -> str:
        """The name as SQL."""
        return f"{quote_name(self.catalog)}.{quote_name(self.schema)}"

    def __str__(self) -> str:
        return f"{self.catalog}.{self.schema}"


@dataclass(frozen=True, order=True, slots=True)
class TableName:
    """A table or view in full; lower case.

    Attributes:
        schema: The schema it is in.
        table: Its own name.
    """

    schema: SchemaName
    table: str

    @property
    def sql(self) -> str:
        """The name as SQL."""
        return f"{self.schema.sql}.{quote_name(self.table)}"

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}"


def is_storable(part: str) -> bool:
    """Whether a part of a name can be a folder in the warehouse."""
    return bool(_NAME.match(part))


def check_storable(what: str, part: str) -> str:
    """Return the name in lower case.

    Args:
        what: ``table``, ``schema`` or ``catalog``, for the message.
        part: The name.

    Raises:
        AnalysisException: ``INVALID_PARAMETER_VALUE`` when the catalog cannot hold such a name.
    """
    if not is_storable(part):
        raise analysis_error(
            "INVALID_PARAMETER_VALUE",
            f"{part!r} is not a valid {what} name: use letters, digits and '_', and '-' within it.",
        )
    return part.lower()
