"""Statements that only make a cluster faster: checked for their names, and nothing to do.

Everything is on this machine already, and the engine keeps no statistics of its own.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from brickyard.runtime.spark.errors import analysis_error
from brickyard.runtime.spark.results import EMPTY
from brickyard.runtime.spark.rewriting import path_reference
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import Cursor
from brickyard.runtime.spark.sqltext.lexer import quote_name


def cache(session: Session, relation: Any) -> str | pa.Table | None:
    """``CACHE [LAZY] TABLE t``; with a query it names a temporary view."""
    cursor = Cursor(relation.query)
    cursor.accept("CACHE")
    cursor.accept("LAZY")
    name = cursor.name() if cursor.accept("TABLE") else None
    if name is None:
        return None
    token = cursor.peek()
    if token is not None and token.upper in ("AS", "SELECT", "WITH"):
        start = token.end if token.upper == "AS" else token.start
        view = quote_name(name.parts[-1].lower())
        session.temp_views.add(name.parts[-1].lower())
        return f"CREATE OR REPLACE TEMPORARY VIEW {view} AS {relation.query[start:]}"
    check_exists(session, name.parts)
    note_cached(session, name.parts, cached=True)
    return EMPTY


def uncache(session: Session, relation: Any) -> pa.Table | None:
    """``UNCACHE TABLE [IF EXISTS] t``."""
    cursor = Cursor(relation.query)
    cursor.accept("UNCACHE", "TABLE")
    if_exists = cursor.accept("IF", "EXISTS")
    name = cursor.name()
    if name is None:
        return None
    if not if_exists:
        check_exists(session, name.parts)
    note_cached(session, name.parts, cached=False)
    return EMPTY


def clear_cache(session: Session, relation: Any) -> pa.Table | None:
    """``CLEAR CACHE``."""
    if not Cursor(relation.query).accept("CLEAR", "CACHE"):
        return None
    session.cached.clear()
    return EMPTY


def analyze(session: Session, relation: Any) -> pa.Table | None:
    """``ANALYZE TABLE t …`` and ``MSCK REPAIR TABLE t``."""
    cursor = Cursor(relation.query)
    if not cursor.accept("ANALYZE", "TABLE") and not cursor.accept("MSCK", "REPAIR", "TABLE"):
        return None
    name = cursor.name()
    if name is None:
        return None
    check_exists(session, name.parts)
    return EMPTY


def note_cached(session: Session, parts: tuple[str, ...], *, cached: bool) -> None:
    """Remember what ``spark.catalog.isCached`` is to say."""
    table = session.resolve(parts)
    if table is not None:
        (session.cached.add if cached else session.cached.discard)(table)


def check_exists(session: Session, parts: tuple[str, ...]) -> None:
    """Raise unless a name is a table's, a view's or a path reference.

    Raises:
        AnalysisException: ``TABLE_OR_VIEW_NOT_FOUND``.
    """
    if path_reference(parts) is not None or parts[-1].lower() in session.temp_views:
        return
    table = session.resolve(parts)
    if table is not None and session.ensure_table(table) is None:
        raise analysis_error(
            "TABLE_OR_VIEW_NOT_FOUND", f"The table or view {table.sql} cannot be found."
        )
