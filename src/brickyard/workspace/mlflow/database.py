"""MLflow's database: copied from a migrated template, upgraded when an older MLflow made it.

Runs in the child process. MLflow's migrations take two seconds on an empty database and a copy of
the outcome a tenth of one, so the outcome is kept once per MLflow version and user.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from brickyard.errors import BrickyardError


def template_path(version: str) -> Path:
    """Where the template of an MLflow version is kept: the user's cache folder.

    Args:
        version: MLflow's version.
    """
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "brickyard" / f"mlflow-{version}.db"


def prepare(database: Path, template: Path) -> None:
    """Bring a workspace's MLflow database into being, or up to date.

    Args:
        database: The SQLite file; an older one is copied to ``<name>.<revision>`` before upgrading.
        template: The template; made when missing.

    Raises:
        BrickyardError: The database was made by a newer MLflow, or is not a database.
    """
    if not template.exists():
        _make_template(template)
    if not database.exists():
        _copy(template, database)
        return
    found, wanted = revision(database), revision(template)
    if found != wanted:
        _upgrade(database, found)


def revision(database: Path) -> str | None:
    """The schema revision of an MLflow database, None when it has none.

    Raises:
        BrickyardError: The file is not a database.
    """
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
            if ("alembic_version",) not in tables:
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as exc:
        raise BrickyardError(
            f"{database} cannot be read as MLflow's database: {exc}.",
            "Move it aside to start afresh, or restore a copy.",
        ) from exc
    return None if row is None else str(row[0])


def _make_template(template: Path) -> None:
    from mlflow.store.db.utils import _initialize_tables, create_sqlalchemy_engine

    template.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = _aside(template)
    engine = create_sqlalchemy_engine(f"sqlite:///{aside}")  # type: ignore[no-untyped-call]
    _initialize_tables(engine)  # type: ignore[no-untyped-call]
    engine.dispose()
    _publish(aside, template)


def _upgrade(database: Path, found: str | None) -> None:
    from alembic.util import CommandError
    from mlflow.store.db.utils import _upgrade_db, create_sqlalchemy_engine

    backup = database.with_name(f"{database.name}.{found}")
    with closing(sqlite3.connect(database)) as old, closing(sqlite3.connect(backup)) as copy:
        old.backup(copy)
    engine = create_sqlalchemy_engine(f"sqlite:///{database}")  # type: ignore[no-untyped-call]
    try:
        _upgrade_db(engine)  # type: ignore[no-untyped-call]
    except CommandError as exc:
        raise BrickyardError(
            f"{database} has schema revision {found!r}, which this MLflow does not know.",
            "Install the MLflow that wrote it, or a newer one.",
        ) from exc
    finally:
        engine.dispose()


def _copy(template: Path, database: Path) -> None:
    aside = _aside(database)
    shutil.copyfile(template, aside)
    with closing(sqlite3.connect(aside)) as connection:
        # Kept in the file: readers and the writer do not wait for each other.
        connection.execute("PRAGMA journal_mode=WAL")
    _publish(aside, database)


def _aside(file: Path) -> Path:
    return file.with_name(f".{file.name}.{secrets.token_hex(4)}")


def _publish(aside: Path, file: Path) -> None:
    with aside.open("rb") as stream:
        os.fsync(stream.fileno())
    aside.replace(file)
