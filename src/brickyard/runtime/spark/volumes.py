"""``CREATE VOLUME`` and ``DROP VOLUME``: a volume is a folder below ``/Volumes``."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa

from brickyard.runtime.spark.errors import analysis_error
from brickyard.runtime.spark.names import TableName, check_storable
from brickyard.runtime.spark.results import EMPTY
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import Cursor


def create_volume(session: Session, relation: Any) -> pa.Table | None:
    """``CREATE VOLUME [IF NOT EXISTS] name``."""
    cursor = Cursor(relation.query)
    if not cursor.accept("CREATE", "VOLUME"):
        return None
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    name = cursor.name()
    table = session.resolve(name.parts) if name is not None else None
    if table is None:
        return None
    session.check_schema(table.schema)
    check_storable("volume", table.table)
    folder = _folder(session, table)
    if folder.exists() and not if_not_exists:
        raise analysis_error("VOLUME_ALREADY_EXISTS", f"The volume {table.sql} already exists.")
    folder.mkdir(parents=True, exist_ok=True)
    return EMPTY


def drop_volume(session: Session, relation: Any) -> pa.Table | None:
    """``DROP VOLUME [IF EXISTS] name``: its files go too."""
    cursor = Cursor(relation.query)
    if not cursor.accept("DROP", "VOLUME"):
        return None
    if_exists = cursor.accept("IF", "EXISTS")
    name = cursor.name()
    table = session.resolve(name.parts) if name is not None else None
    if table is None:
        return None
    folder = _folder(session, table)
    if not folder.is_dir():
        if if_exists:
            return EMPTY
        raise analysis_error("VOLUME_NOT_FOUND", f"The volume {table.sql} cannot be found.")
    shutil.rmtree(folder)
    return EMPTY


def _folder(session: Session, name: TableName) -> Path:
    catalog, schema = name.schema.catalog, name.schema.schema
    return Path(session.paths.to_local(f"/Volumes/{catalog}/{schema}/{name.table}"))
