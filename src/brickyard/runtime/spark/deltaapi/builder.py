"""``DeltaTable.create`` and its like."""

# ruff: noqa: N802, N803 - Delta's names
from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from pyspark.sql import SparkSession
from pyspark.sql.types import DataType, StructField, StructType

from brickyard.runtime.spark.errors import LocalSparkError
from brickyard.runtime.spark.sqltext.lexer import quote_name, quote_string
from brickyard.runtime.spark.writes import column_ddl

Made = TypeVar("Made")


class DeltaTableBuilder(Generic[Made]):
    """A table in the making; nothing happens before :meth:`execute`.

    Args:
        spark: The session.
        statement: How it is made, such as ``CREATE TABLE IF NOT EXISTS``.
        find: Gives the table that was made, by its name.
    """

    def __init__(
        self, spark: SparkSession, statement: str, find: Callable[[SparkSession, str], Made]
    ) -> None:
        self._spark = spark
        self._find = find
        self._statement = statement
        self._name = ""
        self._location = ""
        self._comment = ""
        self._columns: list[str] = []
        self._partitions: list[str] = []
        self._properties: dict[str, str] = {}

    def tableName(self, identifier: str) -> DeltaTableBuilder[Made]:
        """Its name."""
        self._name = identifier
        return self

    def location(self, location: str) -> DeltaTableBuilder[Made]:
        """Where its data is."""
        self._location = location
        return self

    def comment(self, comment: str) -> DeltaTableBuilder[Made]:
        """What it is."""
        self._comment = comment
        return self

    def addColumn(
        self,
        colName: str,
        dataType: str | DataType,
        nullable: bool = True,
        generatedAlwaysAs: str | None = None,
        comment: str | None = None,
    ) -> DeltaTableBuilder[Made]:
        """A column of it."""
        kind = dataType if isinstance(dataType, str) else dataType.simpleString()
        text = f"{quote_name(colName)} {kind}" + ("" if nullable else " NOT NULL")
        if generatedAlwaysAs is not None:
            text += f" GENERATED ALWAYS AS ({generatedAlwaysAs})"
        self._columns.append(text + (f" COMMENT {quote_string(comment)}" if comment else ""))
        return self

    def addColumns(self, cols: StructType | list[StructField]) -> DeltaTableBuilder[Made]:
        """Several columns of it."""
        self._columns.extend(column_ddl(field) for field in cols)
        return self

    def partitionedBy(self, *cols: str | list[str] | tuple[str, ...]) -> DeltaTableBuilder[Made]:
        """Its partitions' columns."""
        for each in cols:
            self._partitions.extend([each] if isinstance(each, str) else each)
        return self

    def clusterBy(self, *cols: str | list[str] | tuple[str, ...]) -> DeltaTableBuilder[Made]:
        """How its rows lie together, which only matters to speed."""
        del cols
        return self

    def property(self, key: str, value: str) -> DeltaTableBuilder[Made]:
        """A property of it."""
        self._properties[key] = value
        return self

    def execute(self) -> Made:
        """Make it."""
        if not self._name:
            raise LocalSparkError("The table has no name.", "Call tableName(…) before execute().")
        parts = [f"{self._statement} {self._name}"]
        if self._columns:
            parts.append(f"({', '.join(self._columns)})")
        parts.append("USING delta")
        if self._partitions:
            parts.append(f"PARTITIONED BY ({', '.join(map(quote_name, self._partitions))})")
        if self._location:
            parts.append(f"LOCATION {quote_string(self._location)}")
        if self._comment:
            parts.append(f"COMMENT {quote_string(self._comment)}")
        if self._properties:
            pairs = (f"{quote_string(k)} = {quote_string(v)}" for k, v in self._properties.items())
            parts.append(f"TBLPROPERTIES ({', '.join(pairs)})")
        self._spark.sql(" ".join(parts))
        return self._find(self._spark, self._name)
