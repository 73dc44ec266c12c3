"""Appends whose columns are not quite the table's: matched by name, as Delta does."""

from __future__ import annotations

from typing import Any

import pyspark.sql.connect.proto as pb2
from pyspark.sql.connect.types import proto_schema_to_pyspark_data_type
from pyspark.sql.types import StructField, StructType

from brickyard.runtime.spark.deltalog import columns_of, open_delta_table
from brickyard.runtime.spark.errors import analysis_error
from brickyard.runtime.spark.overwrites import option
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.lexer import quote_name

_MERGE_CONF = "spark.databricks.delta.schema.autoMerge.enabled"
# Metadata of a column that the engine computes when it is left out.
_COMPUTED = ("CURRENT_DEFAULT", "delta.generationExpression", "delta.identity.start")


def is_computed(column: StructField) -> bool:
    """Whether the engine computes a column of a table that is left out of a write."""
    return any(key in (column.metadata or {}) for key in _COMPUTED)


def align(session: Session, op: Any, folder: str) -> None:
    """Give the rows of an append the table's columns.

    Names are matched whatever their case, missing columns become null, further ones are added to
    the table when that is allowed.

    Args:
        session: The session.
        op: A ``pb2.WriteOperation`` in mode append; changed in place.
        folder: The table's folder as the engine takes it.

    Raises:
        AnalysisException: The rows have columns that the table lacks.
    """
    given = proto_schema_to_pyspark_data_type(session.back.schema(op.input))
    if not isinstance(given, StructType):
        return
    table = columns_of(open_delta_table(folder))
    known = {field.name.lower(): field for field in table}
    names = {name.lower(): name for name in given.names}
    further = _further(given, table)
    if further and not _may_merge(session, op):
        raise analysis_error(
            "DELTA_METADATA_MISMATCH",
            "A schema mismatch detected when writing to the Delta table: it has no column "
            f"{', '.join(map(repr, further))}.\nTo enable schema migration, write with "
            f".option('mergeSchema', 'true') or set {_MERGE_CONF} to true.\n"
            f"Table schema: {table.simpleString()}\nData schema: {given.simpleString()}",
        )
    if further:
        op.options["mergeSchema"] = "true"
    missing = [field for key, field in known.items() if key not in names]
    if any(map(is_computed, missing)):
        return
    same = all(known[key].name == name for key, name in names.items() if key in known)
    if same and not missing:
        return
    picked = pb2.Relation()
    picked.project.input.CopyFrom(op.input)
    for key, name in names.items():
        text = f"{quote_name(name)} AS {quote_name(known[key].name if key in known else name)}"
        picked.project.expressions.add().expression_string.expression = text
    for field in missing:
        text = f"CAST(NULL AS {field.dataType.simpleString()}) AS {quote_name(field.name)}"
        picked.project.expressions.add().expression_string.expression = text
    op.input.CopyFrom(picked)


def _further(given: StructType, table: StructType, above: str = "") -> list[str]:
    """The columns, and the fields within them, that a table lacks; the engine drops the latter."""
    known = {field.name.lower(): field.dataType for field in table}
    found = []
    for field in given:
        name, kept = f"{above}{field.name}", known.get(field.name.lower())
        if kept is None:
            found.append(name)
        elif isinstance(kept, StructType) and isinstance(field.dataType, StructType):
            found += _further(field.dataType, kept, f"{name}.")
    return found


def _may_merge(session: Session, op: Any) -> bool:
    wanted = option(op, "mergeschema") or session.back.get_conf(_MERGE_CONF) or "false"
    return wanted.lower() == "true"
