"""``RESTORE``, ``CLONE`` and ``CREATE TABLE … LIKE``."""

from __future__ import annotations

import datetime
from typing import Any

import pyarrow as pa
import pyspark.sql.connect.proto as pb2

from brickyard.runtime.spark import objects
from brickyard.runtime.spark.deltalog import columns_of
from brickyard.runtime.spark.deltatables import open_delta
from brickyard.runtime.spark.errors import UnsupportedSqlError, analysis_error
from brickyard.runtime.spark.results import EMPTY
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import Cursor
from brickyard.runtime.spark.sqltext.lexer import Kind, quote_name
from brickyard.runtime.spark.writes import column_ddl

_RESTORED = {
    "num_removed_files": "numRemovedFile",
    "num_restored_files": "numRestoredFile",
}


def restore(session: Session, relation: Any) -> pa.Table | None:
    """``RESTORE [TABLE] t TO VERSION AS OF n | TIMESTAMP AS OF 'text'``."""
    cursor = Cursor(relation.query)
    cursor.accept("RESTORE")
    cursor.accept("TABLE")
    name = cursor.name()
    if name is None:
        return None
    cursor.accept("TO")
    kind = cursor.accept_any("VERSION", "TIMESTAMP")
    cursor.accept("AS", "OF")
    token = cursor.take()
    if kind is None or token is None or not cursor.done:
        return None
    return restore_table(session, name.parts, token.value, is_version=kind == "VERSION")


def restore_table(
    session: Session, parts: tuple[str, ...], target: str, *, is_version: bool
) -> pa.Table:
    """Make a table what it was.

    Args:
        session: The session.
        parts: The table's name, or a path reference.
        target: A version's number or a time.
        is_version: Which of the two.

    Raises:
        AnalysisException: There is no such version or time.
    """
    delta, shown = open_delta(session, parts)
    try:
        wanted = int(target) if is_version else _utc(target)
        metrics = delta.restore(wanted)
    except Exception as exc:  # delta-rs has no common root
        raise analysis_error(
            "DELTA_CANNOT_RESTORE_TABLE_VERSION", f"Cannot restore {shown} to {target}: {exc}"
        ) from exc
    return pa.table(
        {key: pa.array([metrics.get(name)], pa.int64()) for key, name in _RESTORED.items()}
    )


def _utc(text: str) -> datetime.datetime:
    found = datetime.datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=datetime.UTC)


def copy_table(session: Session, relation: Any) -> pa.Table | None:
    """``CREATE TABLE t [SHALLOW | DEEP] CLONE s``, and ``CREATE TABLE t LIKE s``.

    A shallow clone is made as a deep one: readers see no difference.
    """
    cursor = Cursor(relation.query)
    cursor.accept("CREATE")
    replace = cursor.accept("OR", "REPLACE")
    cursor.accept("TABLE")
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    name = cursor.name()
    if name is None:
        return None
    like = cursor.accept("LIKE")
    cursor.accept_any("SHALLOW", "DEEP")
    source = cursor.name() if like or cursor.accept("CLONE") else None
    if source is None:
        return None
    head = ("CREATE OR REPLACE TABLE " if replace else "CREATE TABLE ") + (
        "IF NOT EXISTS " if if_not_exists else ""
    )
    target = ".".join(map(quote_name, name.parts))
    if like:
        return _like(session, f"{head}{target}", source.parts, cursor)
    return _clone(session, f"{head}{target}", source.parts, cursor)


def _layout(session: Session, parts: tuple[str, ...]) -> tuple[list[str], str]:
    """A table's columns as in CREATE TABLE, and its PARTITIONED BY."""
    delta, _ = open_delta(session, parts)
    by = ", ".join(map(quote_name, delta.metadata().partition_columns))
    return [
        column_ddl(field) for field in columns_of(delta)
    ], f"PARTITIONED BY ({by})" if by else ""


def _like(session: Session, head: str, source: tuple[str, ...], cursor: Cursor) -> pa.Table:
    if not cursor.done:
        raise UnsupportedSqlError("CREATE TABLE … LIKE with further clauses", "Leave them out.")
    columns, partitions = _layout(session, source)
    text = f"{head} ({', '.join(columns)}) USING delta {partitions}"
    objects.create_table(session, pb2.SQL(query=text))
    return EMPTY


def _clone(session: Session, head: str, source: tuple[str, ...], cursor: Cursor) -> pa.Table:
    version, location = "", ""
    while (token := cursor.take()) is not None:
        if token.upper in ("VERSION", "TIMESTAMP") and cursor.accept("AS", "OF"):
            value = cursor.take()
            if value is not None and value.kind in (Kind.NUMBER, Kind.STRING):
                version = f" {token.upper} AS OF {value.text}"
        elif token.upper == "LOCATION":
            place = cursor.take()
            location = f"LOCATION {place.text}" if place is not None else ""
        else:
            raise UnsupportedSqlError(f"CLONE … {token.text}", "Set properties with ALTER TABLE.")
    _, partitions = _layout(session, source)
    rows = f"SELECT * FROM {'.'.join(map(quote_name, source))}{version}"  # noqa: S608
    text = f"{head} USING delta {partitions} {location} AS {rows}"
    objects.create_table(session, pb2.SQL(query=text))
    return EMPTY
