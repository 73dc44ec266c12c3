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
from brickyard.runtime.spark.sqltext.cursor import Cursor
from brickyard.runtime.spark.sqltext.lexer import quote_name, quote_string

_Mode = pb2.WriteOperation.SaveMode
_INSERT_INTO = pb2.WriteOperation.SaveTable.TABLE_SAVE_METHOD_INSERT_INTO
_DYNAMIC_CONF = "spark.sql.sources.partitionOverwriteMode"


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


def narrow(session: Session, op: Any, folder: str) -> bool:
    """Make an overwrite of a part of an existing Delta table replace that part only.

    Args:
        session: The session.
        op: A ``pb2.WriteOperation`` in mode overwrite; changed in place.
        folder: The table's folder as the engine takes it.

    Returns:
        Whether it is such an overwrite; it then is a write to the folder.
    """
    if op.mode != _Mode.SAVE_MODE_OVERWRITE:
        return False
    conditional = option(op, "replacewhere") is not None
    columns = [] if conditional else _dynamic(session, op, folder)
    if not conditional and not columns:
        return False
    if op.WhichOneof("save_type") == "table" and op.table.save_method == _INSERT_INTO:
        _name_by_position(op, folder)
    if columns:
        _replace_partitions(session, op, columns)
    op.path = folder if folder.startswith("file://") else f"file://{folder}"
    op.source = "delta"
    del op.partitioning_columns[:]
    return True


def _name_by_position(op: Any, folder: str) -> None:
    """``insertInto`` goes by position, a write to a path by name."""
    renamed = pb2.Relation()
    renamed.to_df.input.CopyFrom(op.input)
    renamed.to_df.column_names.extend(columns_of(open_delta_table(folder)).names)
    op.input.CopyFrom(renamed)


def refuse_dynamic_sql(session: Session, relation: Any) -> None:
    """``INSERT OVERWRITE`` in dynamic mode, where the engine would replace the whole table.

    Raises:
        UnsupportedSqlError: When the table is partitioned and the session's mode is dynamic.
    """
    cursor = Cursor(relation.query)
    if not cursor.accept("INSERT", "OVERWRITE"):
        return
    cursor.accept("INTO")
    cursor.accept("TABLE")
    name = cursor.name()
    if name is None or (session.back.get_conf(_DYNAMIC_CONF) or "").lower() != "dynamic":
        return
    table = session.resolve(name.parts)
    stored = session.ensure_table(table) if table is not None else None
    if table is None or stored is None or stored.record is not None:
        return
    folder = session.location(session.warehouse.table_dir(table))
    if open_delta_table(folder).metadata().partition_columns:
        raise UnsupportedSqlError(
            f"INSERT OVERWRITE with {_DYNAMIC_CONF}=dynamic",
            f'Write the query with df.writeTo("{table}").overwritePartitions().',
        )


def _dynamic(session: Session, op: Any, folder: str) -> list[str]:
    """The table's partition columns when the overwrite is dynamic; else none."""
    mode = option(op, "partitionoverwritemode") or session.back.get_conf(_DYNAMIC_CONF) or ""
    drop_option(op, "partitionoverwritemode")
    if mode.lower() != "dynamic" or (option(op, "overwriteschema") or "").lower() == "true":
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
