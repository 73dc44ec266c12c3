"""Turning names and paths in a plan or a statement into what the engine understands."""

from __future__ import annotations

import glob
import os

from brickyard.runtime.spark.errors import analysis_error
from brickyard.runtime.spark.percentiles import exact_text
from brickyard.runtime.spark.refusals import refuse
from brickyard.runtime.spark.session import GLOBAL_TEMP, PATH_FORMATS, Session
from brickyard.runtime.spark.sqltext.cursor import split_name
from brickyard.runtime.spark.sqltext.lexer import quote_name
from brickyard.runtime.spark.sqltext.refs import (
    replace_locations,
    replace_tables,
    version_suffixes,
)

_GLOB = frozenset("*?[{")
# The engine reads these through schemes of its own; it gets them as they are.
_FILE = "file://"


def read_path(session: Session, path: str, source: str = "") -> str:
    """A path that a plan reads, as the engine takes it.

    Raises:
        AnalysisException: ``PATH_NOT_FOUND``, for the engine would read nothing instead.
    """
    if session.paths.is_foreign(path):
        return path
    local = to_local(session, path)
    if not _exists(local):
        raise analysis_error("PATH_NOT_FOUND", f"Path does not exist: {path} (here: {local}).")
    return _FILE + (session.location(local) if source == "delta" else local)


def write_path(session: Session, path: str, source: str = "") -> str:
    """A path that a plan writes to, as the engine takes it; its parent is made."""
    if session.paths.is_foreign(path):
        return path
    local = to_local(session, path)
    if source != "delta":
        return _FILE + local
    plain = session.location(local)
    if plain != local:
        os.makedirs(local, exist_ok=True)  # noqa: PTH103 - a link cannot be written through else
    return _FILE + plain


def to_local(session: Session, path: str) -> str:
    """A relative path starts at DBFS's root, as on the platform."""
    is_relative = not path.startswith("/") and ":" not in path.partition("/")[0]
    return session.paths.to_local(f"/{path}" if is_relative else path)


def _exists(local: str) -> bool:
    if os.path.exists(local):  # noqa: PTH110 - hot path
        return True
    if not _GLOB.intersection(local):
        return False
    # Hadoop's {a,b} is not in Python's glob: let the engine decide.
    return "{" in local or next(glob.iglob(local), None) is not None  # noqa: PTH207


def path_reference(parts: tuple[str, ...]) -> tuple[str, str] | None:
    """The format and path of a name such as ``delta.`dbfs:/x```, or None."""
    if len(parts) == 2 and parts[0].lower() in PATH_FORMATS and "/" in parts[1]:
        return parts[0].lower(), parts[1]
    return None


def table_reference(session: Session, parts: tuple[str, ...]) -> str | None:
    """Make the engine know a table that a query names, and write the name as it knows it.

    Args:
        session: The session.
        parts: The name's parts.

    Returns:
        SQL of the same number of parts, or None when the name can stay as it is.
    """
    path = path_reference(parts)
    if path is not None:
        folder, at, version = path[1].rpartition("@v")
        if path[0] == "delta" and at and version.isdigit():
            shown = quote_name(read_path(session, folder, path[0]))
            return f"{path[0]}.{shown} VERSION AS OF {version}"
        return f"{path[0]}.{quote_name(read_path(session, path[1], path[0]))}"
    lower = tuple(part.lower() for part in parts)
    name = session.resolve(parts)
    if name is not None:
        session.ensure_table(name)
    elif not (lower[-1] in session.temp_views or lower[0] == GLOBAL_TEMP):
        return None
    if lower == parts:
        return None
    return ".".join(quote_name(part) for part in lower)


def rewrite_name(session: Session, text: str) -> str:
    """The same for a name that a plan carries as text."""
    parts = split_name(text)
    return (table_reference(session, parts) if parts else None) or text


def rewrite_sql(session: Session, sql: str) -> str:
    """Rewrite every table name and path in a statement."""
    refuse(sql)
    sql = exact_text(version_suffixes(sql))
    sql = replace_tables(sql, lambda parts: table_reference(session, parts))
    if "location" in sql.lower() or "path" in sql.lower():
        sql = replace_locations(sql, lambda path: write_path(session, path))
    return sql
