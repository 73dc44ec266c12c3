"""From a name in a statement to the Delta table it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brickyard.errors import did_you_mean
from brickyard.runtime.spark.deltalog import open_delta_table
from brickyard.runtime.spark.errors import analysis_error
from brickyard.runtime.spark.names import TableName
from brickyard.runtime.spark.rewriting import path_reference, to_local
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.warehouse import Stored, is_delta

if TYPE_CHECKING:
    from deltalake import DeltaTable


def open_delta(session: Session, parts: tuple[str, ...]) -> tuple[DeltaTable, str]:
    """The Delta table that a name or a path reference means, and its shown name.

    Raises:
        AnalysisException: When there is no such table or it is not a Delta table.
    """
    path = path_reference(parts)
    if path is not None:
        return _load(session, to_local(session, path[1]), path[1]), f"delta.`{path[1]}`"
    name = session.resolve(parts)
    stored = session.ensure_table(name) if name is not None else None
    if name is None or stored is None:
        known = [found.table for found in session.warehouse.tables(session.current)]
        raise analysis_error(
            "TABLE_OR_VIEW_NOT_FOUND",
            f"The table or view {'.'.join(parts)!r} cannot be found. "
            f"{did_you_mean(parts[-1], known)}",
        )
    folder = stored_folder(session, name, stored)
    if folder is not None:
        return _load(session, folder, str(name)), str(name)
    raise analysis_error("EXPECT_DELTA_TABLE", f"{name} is not a Delta table.")


def delta_folder(session: Session, parts: tuple[str, ...]) -> str | None:
    """The local folder of the Delta table that a name or a path reference means, if it is one."""
    path = path_reference(parts)
    if path is not None:
        folder = to_local(session, path[1]) if path[0] == "delta" else None
        return folder if folder is not None and is_delta(folder) else None
    name = session.resolve(parts)
    stored = session.ensure_table(name) if name is not None else None
    return stored_folder(session, name, stored) if name is not None and stored else None


def stored_folder(session: Session, name: TableName, stored: Stored) -> str | None:
    """The local folder of a table that the warehouse knows, when it is a Delta table."""
    if stored.record is None:
        return str(session.warehouse.table_dir(name))
    if stored.record.kind != "EXTERNAL" or stored.record.provider != "delta":
        return None
    return to_local(session, stored.record.location)


def _load(session: Session, folder: str, shown: str) -> DeltaTable:
    if not is_delta(folder):
        raise analysis_error("DELTA_MISSING_DELTA_TABLE", f"{shown} is not a Delta table.")
    return open_delta_table(session.location(folder))
