"""``ALTER`` and ``COMMENT ON``: changes of a Delta table's own log, by delta-rs.

The engine would change its own registration only, which ends with the session.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyspark.sql.connect.proto as pb2
from pyspark.sql.connect.types import proto_schema_to_pyspark_data_type
from pyspark.sql.types import StructField, StructType

from brickyard.runtime.spark import objects
from brickyard.runtime.spark.deltatables import open_delta
from brickyard.runtime.spark.errors import UnsupportedSqlError, analysis_error
from brickyard.runtime.spark.names import check_storable
from brickyard.runtime.spark.noops import check_exists
from brickyard.runtime.spark.refusals import check_properties
from brickyard.runtime.spark.results import EMPTY
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import Cursor, Name
from brickyard.runtime.spark.sqltext.ddl import KEY_PROPERTY, group, pairs, split_list
from brickyard.runtime.spark.sqltext.lexer import quote_name


def alter_table(session: Session, relation: Any) -> str | pa.Table | None:
    """``ALTER TABLE`` and ``ALTER VIEW``.

    Raises:
        UnsupportedSqlError: For a change that the local engine does not know.
    """
    cursor = Cursor(relation.query)
    cursor.accept("ALTER")
    word = cursor.accept_any("TABLE", "VIEW")
    name = cursor.name() if word is not None else None
    if name is None:
        return None
    if cursor.accept("RENAME", "TO"):
        return _rename(session, name.parts, cursor, is_view=word == "VIEW")
    if word == "VIEW":
        return _alter_view(session, relation, name, cursor)
    delta, _ = open_delta(session, name.parts)
    for words, change in _CHANGES.items():
        if cursor.accept(*words):
            change(session, cursor, delta)
            return EMPTY
    raise _unknown("ALTER TABLE", cursor)


def _unknown(what: str, cursor: Cursor) -> UnsupportedSqlError:
    token = cursor.peek()
    rest = cursor.sql[token.start :].strip() if token is not None else ""
    return UnsupportedSqlError(
        f"{what} … {rest}", "Rewrite the table: CREATE OR REPLACE TABLE t AS SELECT …"
    )


def _rename(session: Session, parts: tuple[str, ...], cursor: Cursor, *, is_view: bool) -> pa.Table:
    target = cursor.name()
    old = session.resolve(parts)
    new = session.resolve(target.parts) if target is not None else None
    if old is None or new is None:
        raise _unknown("RENAME TO", cursor)
    stored = session.ensure_table(old)
    if stored is None:
        raise analysis_error(
            "TABLE_OR_VIEW_NOT_FOUND", f"The table or view {old.sql} cannot be found."
        )
    holds_view = stored.record is not None and stored.record.kind == "VIEW"
    if holds_view != is_view:
        kind = "VIEW" if holds_view else "TABLE"
        raise analysis_error(f"EXPECT_{kind}", f"{old} is a {kind.lower()}: use ALTER {kind}.")
    session.check_schema(new.schema)
    check_storable("table", new.table)
    if session.ensure_table(new) is not None:
        raise analysis_error(
            "TABLE_OR_VIEW_ALREADY_EXISTS",
            f"Cannot rename to {new.sql} because it already exists.",
        )
    session.rename_table(old, new)
    return EMPTY


def _alter_view(session: Session, relation: Any, name: Name, cursor: Cursor) -> str | pa.Table:
    if not cursor.accept("AS"):
        raise _unknown("ALTER VIEW", cursor)
    token = cursor.peek()
    query = cursor.sql[token.start :] if token is not None else ""
    check_exists(session, name.parts)
    create = pb2.SQL()
    create.CopyFrom(relation)
    shown = cursor.sql[name.start : name.end]
    is_temporary = len(name.parts) == 1 and name.parts[0].lower() in session.temp_views
    kind = "TEMPORARY VIEW" if is_temporary else "VIEW"
    create.query = f"CREATE OR REPLACE {kind} {shown} AS {query}"
    return objects.create_view(session, create) or EMPTY


def _set_properties(_: Session, cursor: Cursor, delta: Any) -> None:
    properties = pairs(cursor)
    check_properties(properties)
    delta.alter.set_table_properties(properties, raise_if_not_exists=False)


def _add_constraint(_: Session, cursor: Cursor, delta: Any) -> None:
    name = cursor.name()
    if name is None:
        raise _unknown("ALTER TABLE … ADD CONSTRAINT", cursor)
    if cursor.accept("CHECK"):
        delta.alter.add_constraint({name.parts[-1]: group(cursor)[1:-1]})
        return
    token = cursor.peek()
    text = cursor.sql[token.start :].strip() if token is not None else ""
    # Keys are told, not enforced, on the platform too.
    keys = {f"{KEY_PROPERTY}{name.parts[-1]}": text}
    delta.alter.set_table_properties(keys, raise_if_not_exists=False)


def _drop_constraint(_: Session, cursor: Cursor, delta: Any) -> None:
    if_exists = cursor.accept("IF", "EXISTS")
    name = cursor.name()
    if name is None:
        raise _unknown("ALTER TABLE … DROP CONSTRAINT", cursor)
    delta.alter.drop_constraint(name.parts[-1], raise_if_not_exists=not if_exists)


def _change_column(_: Session, cursor: Cursor, delta: Any) -> None:
    start = cursor.at
    name = cursor.name()
    comment = cursor.string() if name is not None and cursor.accept("COMMENT") else None
    if name is None or comment is None or not cursor.done:
        cursor.at = start
        raise _unknown("ALTER TABLE … ALTER COLUMN", cursor)
    set_comment(delta, name.parts[-1], comment)


def set_comment(delta: Any, column: str, comment: str) -> None:
    """Give a column a comment; names ignore case."""
    names = {field.name.lower(): field.name for field in delta.schema().fields}
    if column.lower() not in names:
        raise analysis_error("UNRESOLVED_COLUMN", f"The table has no column {column!r}.")
    delta.alter.set_column_metadata(names[column.lower()], {"comment": comment})


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


_CHANGES: dict[tuple[str, ...], Callable[[Session, Cursor, Any], None]] = {
    ("SET", "TBLPROPERTIES"): _set_properties,
    ("ADD", "COLUMNS"): _add_columns,
    ("ADD", "COLUMN"): _add_columns,
    ("ADD", "CONSTRAINT"): _add_constraint,
    ("DROP", "CONSTRAINT"): _drop_constraint,
    ("ALTER", "COLUMN"): _change_column,
    ("CHANGE", "COLUMN"): _change_column,
}


def comment_on(session: Session, relation: Any) -> pa.Table | None:
    """``COMMENT ON TABLE t IS 'text'`` and ``COMMENT ON COLUMN t.c IS 'text'``."""
    cursor = Cursor(relation.query)
    cursor.accept("COMMENT", "ON")
    word = cursor.accept_any("TABLE", "COLUMN")
    name = cursor.name() if word is not None else None
    if name is None or not cursor.accept("IS"):
        return None
    text = cursor.string() or ""
    if word == "TABLE":
        open_delta(session, name.parts)[0].alter.set_table_description(text)
    else:
        set_comment(open_delta(session, name.parts[:-1])[0], name.parts[-1], text)
    return EMPTY
