"""``ALTER TABLE`` and ``COMMENT ON TABLE``: changes of a Delta table's own log, by delta-rs.

The engine would change its own registration only, which ends with the session.
"""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyspark.sql.connect.proto as pb2
from pyspark.sql.connect.types import proto_schema_to_pyspark_data_type
from pyspark.sql.types import StructField, StructType

from brickyard.runtime.spark.deltatables import open_delta
from brickyard.runtime.spark.errors import UnsupportedSqlError
from brickyard.runtime.spark.results import EMPTY
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import Cursor
from brickyard.runtime.spark.sqltext.ddl import group, pairs, split_list
from brickyard.runtime.spark.sqltext.lexer import quote_name


def alter_table(session: Session, relation: Any) -> pa.Table | None:
    """``ALTER TABLE t SET TBLPROPERTIES (…)`` and ``ALTER TABLE t ADD COLUMNS (…)``.

    Raises:
        UnsupportedSqlError: For any other change of a table.
    """
    cursor = Cursor(relation.query)
    if not cursor.accept("ALTER", "TABLE"):
        return None
    name = cursor.name()
    if name is None:
        return None
    delta, _ = open_delta(session, name.parts)
    if cursor.accept("SET", "TBLPROPERTIES"):
        delta.alter.set_table_properties(pairs(cursor), raise_if_not_exists=False)
        return EMPTY
    if cursor.accept("ADD", "COLUMNS") or cursor.accept("ADD", "COLUMN"):
        _add_columns(session, cursor, delta)
        return EMPTY
    rest = cursor.sql[token.start : token.end] if (token := cursor.peek()) is not None else ""
    raise UnsupportedSqlError(
        f"ALTER TABLE … {rest}",
        "Rewrite the table: CREATE OR REPLACE TABLE t AS SELECT …",
    )


def _add_columns(session: Session, cursor: Cursor, delta: Any) -> None:
    from deltalake import Schema  # Not at the top: see deltalog.

    token = cursor.peek()
    inner = group(cursor)[1:-1] if token is not None and token.text == "(" else None
    text = inner if inner is not None else cursor.sql[token.start :] if token is not None else ""
    fields = [_field(session, column) for column in split_list(text)]
    added = Schema.from_json(json.dumps(StructType(fields).jsonValue()))
    delta.alter.add_columns(added.fields)


def _field(session: Session, column: str) -> StructField:
    """A column such as ``n INT COMMENT 'x'``; the engine reads its type."""
    cursor = Cursor(column)
    name = cursor.take()
    start = cursor.peek()
    end = len(column)
    comment = None
    while (token := cursor.take()) is not None:
        if token.upper == "COMMENT":
            end, comment = token.start, cursor.string()
        elif token.upper in ("NOT", "DEFAULT", "FIRST", "AFTER"):
            raise UnsupportedSqlError(
                f"ADD COLUMN with {token.upper}", "Add the column without it."
            )
    if name is None or start is None:
        raise UnsupportedSqlError(f"the column {column!r}", "Write a name and a type.")
    query = pb2.Relation()
    kind = column[start.start : end]
    query.sql.query = f"SELECT CAST(NULL AS {kind}) AS {quote_name(name.value)}"
    struct = proto_schema_to_pyspark_data_type(session.back.schema(query))
    data_type = struct.fields[0].dataType if isinstance(struct, StructType) else struct
    metadata = {"comment": comment} if comment else {}
    return StructField(name.value, data_type, True, metadata)


def comment_on(session: Session, relation: Any) -> pa.Table | None:
    """``COMMENT ON TABLE t IS 'text'``."""
    cursor = Cursor(relation.query)
    if not cursor.accept("COMMENT", "ON", "TABLE"):
        return None
    name = cursor.name()
    if name is None or not cursor.accept("IS"):
        return None
    text = cursor.string()
    open_delta(session, name.parts)[0].alter.set_table_description(text or "")
    return EMPTY
