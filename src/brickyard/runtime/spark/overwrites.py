"""Overwrites of a part of a Delta table: ``replaceWhere`` and dynamic partition overwrite.

The engine heeds ``replaceWhere`` only in writes to a path, and knows no dynamic mode: either way it
would replace the whole table without a word. So such writes become conditional writes to the
table's folder.
"""

from __future__ import annotations

from typing import Any

import pyspark.sql.connect.proto as pb2

from brickyard.runtime.spark.deltalog import columns_of, open_delta_table
from brickyard.runtime.spark.errors import UnsupportedSqlError
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.lexer import quote_name, quote_string

_Mode = pb2.WriteOperation.SaveMode
_INSERT_INTO = pb2.WriteOperation.SaveTable.TABLE_SAVE_METHOD_INSERT_INTO
_DYNAMIC_CONF = "spark.sql.sources.partitionOverwriteMode"
_CHECK_CONF = "spark.databricks.delta.replaceWhere.constraintCheck.enabled"


def option(op: Any, key: str) -> str | None:
    """An option of a write; options ignore case.

    Args:
        op: A ``pb2.WriteOperation``.
        key: The option in lower case.
    """
    for name, value in op.options.items():
        if name.lower() == key:
            return str(value)
    return None


def drop_option(op: Any, key: str) -> None:
    """Remove an option, if it is there."""
    for name in [name for name in op.options if name.lower() == key]:
        del op.options[name]


def narrow(session: Session, op: Any, folder: str, *, always: bool = False) -> bool:
    """Make an overwrite of a part of an existing Delta table replace that part only.

    Args:
        session: The session.
        op: A ``pb2.WriteOperation`` in mode overwrite; changed in place.
        folder: The table's folder as the engine takes it.
        always: Make any write one to the folder.

    Returns:
        Whether it is such an overwrite; it then is a write to the folder.
    """
    overwrites = op.mode == _Mode.SAVE_MODE_OVERWRITE
    conditional = overwrites and option(op, "replacewhere") is not None
    columns = _dynamic(session, op, folder) if overwrites and not conditional else []
    if not conditional and not columns and not always:
        return False
    if conditional:
        _check_rows(session, op)
    if op.WhichOneof("save_type") == "table" and op.table.save_method == _INSERT_INTO:
        _name_by_position(op, folder)
    if columns:
        _replace_partitions(session, op, columns)
    op.path = folder if folder.startswith("file://") else f"file://{folder}"
    op.source = "delta"
    if (option(op, "overwriteschema") or "").lower() != "true":
        del op.partitioning_columns[:]  # The table's own; the engine would compare them again.
    return True


def _name_by_position(op: Any, folder: str) -> None:
    """``insertInto`` goes by position, a write to a path by name."""
    renamed = pb2.Relation()
    renamed.to_df.input.CopyFrom(op.input)
    renamed.to_df.column_names.extend(columns_of(open_delta_table(folder)).names)
    op.input.CopyFrom(renamed)


def mismatch_check(condition: str) -> str:
    """SQL that is true for a row which the condition covers, and fails for every other.

    Args:
        condition: That of ``replaceWhere``.
    """
    message = quote_string(
        "[DELTA_REPLACE_WHERE_MISMATCH] Written data does not conform to partial table overwrite "
        f"condition or constraint '{condition}'."
    )
    return f"CASE WHEN ({condition}) THEN true ELSE CAST(raise_error({message}) AS BOOLEAN) END"


def _check_rows(session: Session, op: Any) -> None:
    if (session.back.get_conf(_CHECK_CONF) or "true").lower() == "false":
        return
    checked = pb2.Relation()
    checked.filter.input.CopyFrom(op.input)
    condition = option(op, "replacewhere") or ""
    checked.filter.condition.expression_string.expression = mismatch_check(condition)
    op.input.CopyFrom(checked)


def is_dynamic(session: Session, op: Any = None) -> bool:
    """Whether overwrites replace only the partitions that the new rows fall into.

    Args:
        session: The session.
        op: A ``pb2.WriteOperation``, whose option goes before the session's configuration.
    """
    mode = option(op, "partitionoverwritemode") if op is not None else None
    return (mode or session.back.get_conf(_DYNAMIC_CONF) or "").lower() == "dynamic"


def refuse_dynamic_files(session: Session, op: Any) -> None:
    """A dynamic overwrite of plain files, where the engine would replace all of them.

    Raises:
        UnsupportedSqlError: When the write is one.
    """
    is_overwrite = op.mode == _Mode.SAVE_MODE_OVERWRITE
    if is_overwrite and op.partitioning_columns and is_dynamic(session, op):
        raise UnsupportedSqlError(
            f"dynamic partition overwrite of {op.source} files",
            "Write a Delta table, or delete the partitions' folders and append.",
        )


def _dynamic(session: Session, op: Any, folder: str) -> list[str]:
    """The table's partition columns when the overwrite is dynamic; else none."""
    dynamic = is_dynamic(session, op)
    drop_option(op, "partitionoverwritemode")
    if not dynamic or (option(op, "overwriteschema") or "").lower() == "true":
        return []
    return list(open_delta_table(folder).metadata().partition_columns)


def _replace_partitions(session: Session, op: Any, columns: list[str]) -> None:
    """State which partitions the rows fall into, as a condition on what is replaced."""
    keys = pb2.Relation()
    keys.deduplicate.all_columns_as_keys = True
    project = keys.deduplicate.input.project
    project.input.CopyFrom(op.input)
    for column in columns:
        cast = project.expressions.add().cast
        cast.expr.unresolved_attribute.unparsed_identifier = quote_name(column)
        cast.type_str = "string"
    found = session.back.table(keys)
    rows = zip(*(found.column(index).to_pylist() for index in range(len(columns))), strict=True)
    parts = [" AND ".join(map(_equals, columns, row)) for row in rows]
    if parts:
        op.options["replaceWhere"] = " OR ".join(f"({part})" for part in parts)
    else:
        op.mode = _Mode.SAVE_MODE_APPEND


def _equals(column: str, value: str | None) -> str:
    name = quote_name(column)
    return f"{name} IS NULL" if value is None else f"{name} = {quote_string(value)}"
