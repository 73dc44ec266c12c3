"""Statements that look after a Delta table, carried out by delta-rs: the engine has none."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from brickyard.runtime.spark.deltatables import open_delta
from brickyard.runtime.spark.errors import UnsupportedSqlError
from brickyard.runtime.spark.results import EMPTY, strings
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import Cursor
from brickyard.runtime.spark.sqltext.lexer import Kind

_OPTIMIZE = pa.schema([("path", pa.string()), ("metrics", pa.string())])


def optimize(session: Session, relation: Any) -> str | pa.Table | None:
    """``OPTIMIZE t [ZORDER BY (a, b)]``."""
    cursor = Cursor(relation.query)
    cursor.accept("OPTIMIZE")
    name = cursor.name()
    if name is None:
        return None
    delta, _ = open_delta(session, name.parts)
    columns: list[str] = []
    if cursor.accept("ZORDER", "BY"):
        cursor.accept("(")
        while (column := cursor.name()) is not None:
            columns.append(column.parts[-1])
            cursor.accept(",")
        cursor.accept(")")
    if not cursor.done:
        raise UnsupportedSqlError("OPTIMIZE … WHERE", "Optimize the whole table.")
    metrics = delta.optimize.z_order(columns) if columns else delta.optimize.compact()
    row = {"path": delta.table_uri, "metrics": json.dumps(metrics, default=str)}
    return pa.Table.from_pylist([row], schema=_OPTIMIZE)


def vacuum(session: Session, relation: Any) -> str | pa.Table | None:
    """``VACUUM t [RETAIN n HOURS] [DRY RUN]``."""
    cursor = Cursor(relation.query)
    cursor.accept("VACUUM")
    name = cursor.name()
    if name is None:
        return None
    cursor.accept_any("FULL", "LITE")
    hours: float | None = None
    if cursor.accept("RETAIN"):
        token = cursor.take()
        if token is None or token.kind is not Kind.NUMBER:
            return None
        hours = float(token.text)
        cursor.accept_any("HOURS", "HOUR")
    dry_run = cursor.accept("DRY", "RUN")
    if not cursor.done:
        return None
    delta, _ = open_delta(session, name.parts)
    check = session.back.get_conf("spark.databricks.delta.retentionDurationCheck.enabled")
    removed = delta.vacuum(
        retention_hours=None if hours is None else int(hours),
        dry_run=dry_run,
        enforce_retention_duration=(check or "true").lower() != "false",
    )
    if dry_run:
        return strings(("path",), [(f"{delta.table_uri.rstrip('/')}/{path}",) for path in removed])
    return strings(("path",), [(delta.table_uri,)])


def truncate(session: Session, relation: Any) -> str | pa.Table | None:
    """``TRUNCATE TABLE t``."""
    cursor = Cursor(relation.query)
    if not cursor.accept("TRUNCATE", "TABLE"):
        return None
    name = cursor.name()
    if name is None or not cursor.done:
        return None
    delta, _ = open_delta(session, name.parts)
    delta.delete()
    return EMPTY


def refresh(session: Session, relation: Any) -> str | pa.Table | None:
    """``REFRESH TABLE t``: nothing is cached, so that only the name needs checking."""
    cursor = Cursor(relation.query)
    cursor.accept("REFRESH")
    cursor.accept("TABLE")
    name = cursor.name()
    if name is None or not cursor.done:
        return None
    open_delta(session, name.parts)
    return EMPTY
