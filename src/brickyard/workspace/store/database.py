"""Opening the SQLite file, bringing its schema up to date, and its transactions."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from brickyard.errors import BrickyardError
from brickyard.workspace.store.tables import metadata

# The newest migration. Alembic takes half a second to import, so it is asked only when the file's
# revision differs; a test holds this constant against the migrations folder.
REVISION = "0003"


class Store:
    """One SQLite file in WAL mode, used from the server's event loop only.

    One connection serves all: writes are never concurrent, and a transaction is never open across
    an ``await``, so a reader cannot see half of one.

    Args:
        file: The database file; made when missing.

    Raises:
        BrickyardError: The file is newer than this program, or is not a database.
    """

    def __init__(self, file: Path) -> None:
        self._engine = _engine(file)
        self._open = False
        try:
            self._prepare(file)
        except DatabaseError as exc:
            self.close()
            raise unreadable(file, str(exc.orig)) from exc
        except BrickyardError:
            self.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that commits at the end of the block and rolls back on an exception."""
        if self._open:
            raise RuntimeError("Transactions do not nest: pass the connection on instead.")
        self._open = True
        try:
            with self._engine.begin() as connection:
                yield connection
        finally:
            self._open = False

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _prepare(self, file: Path) -> None:
        with self._engine.connect() as connection:
            tables = connection.execute(text("SELECT name FROM sqlite_master")).scalars().all()
            found = None
            if "alembic_version" in tables:
                found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if found == REVISION:
            return
        if not tables:
            self._create()
            return
        if found is None:
            raise unreadable(file, "it has tables, but not this program's")
        from brickyard.workspace.store.migrate import upgrade

        upgrade(file, found)

    def _create(self) -> None:
        with self._engine.begin() as connection:
            metadata.create_all(connection)
            connection.execute(
                text(
                    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
                    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
                )
            )
            connection.execute(
                text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISION}
            )


def unreadable(file: Path, why: str) -> BrickyardError:
    """The refusal of a file that is no database, or a damaged one."""
    return BrickyardError(
        f"{file} cannot be read as the workspace's database: {why}.",
        "Move it aside to start afresh, or restore a copy.",
    )


def now_ms() -> int:
    """Epoch milliseconds, as Databricks' API counts time."""
    return time.time_ns() // 1_000_000


def _engine(file: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{file}",
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 30},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # The driver would begin only at the first write, and then as a reader that must upgrade.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
