"""The database: one schema however it came about, whole transactions, clear refusals."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert, inspect, select
from sqlalchemy.exc import IntegrityError

from brickyard.errors import BrickyardError
from brickyard.workspace.store import Store, now_ms
from brickyard.workspace.store.database import REVISION
from brickyard.workspace.store.migrate import configuration, upgrade
from brickyard.workspace.store.tables import metadata, secret_scopes, secrets


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def schema(file: Path) -> dict[str, Any]:
    """Everything SQLite knows of each table, in an order that does not depend on creation."""
    engine = create_engine(f"sqlite:///{file}")
    found = inspect(engine)
    tables = {
        name: {
            "columns": [
                {**column, "type": str(column["type"])} for column in found.get_columns(name)
            ],
            "primary": found.get_pk_constraint(name),
            "foreign": sorted(map(str, found.get_foreign_keys(name))),
            "unique": sorted(map(str, found.get_unique_constraints(name))),
            "indexes": sorted(map(str, found.get_indexes(name))),
            "checks": sorted(map(str, found.get_check_constraints(name))),
        }
        for name in found.get_table_names()
    }
    engine.dispose()
    return tables


def test_fresh_schema_equals_migrated_schema(file: Path, tmp_path: Path) -> None:
    Store(file).close()
    migrated = tmp_path / "migrated.db"
    upgrade(migrated, None)
    assert schema(file) == schema(migrated)
    assert set(schema(file)) == {*metadata.tables, "alembic_version"}


def test_revision_is_the_newest_migration(file: Path) -> None:
    migrations = ScriptDirectory.from_config(configuration(file))
    assert migrations.get_current_head() == REVISION


def test_reopening_changes_nothing(file: Path) -> None:
    first = Store(file)
    with first.transaction() as connection:
        connection.execute(insert(secret_scopes).values(scope="a", created_ms=now_ms()))
    first.close()
    before = schema(file)
    again = Store(file)
    with again.transaction() as connection:
        assert connection.scalars(select(secret_scopes.c.scope)).all() == ["a"]
    again.close()
    assert schema(file) == before


def test_exception_rolls_back_and_the_next_transaction_works(file: Path) -> None:
    store = Store(file)

    def write_and_fail() -> None:
        with store.transaction() as connection:
            connection.execute(insert(secret_scopes).values(scope="lost", created_ms=0))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write_and_fail()
    with store.transaction() as connection:
        assert connection.scalars(select(secret_scopes.c.scope)).all() == []
        connection.execute(insert(secret_scopes).values(scope="kept", created_ms=0))
    with store.transaction() as connection:
        assert connection.scalars(select(secret_scopes.c.scope)).all() == ["kept"]
    store.close()


def test_transactions_do_not_nest(file: Path) -> None:
    store = Store(file)
    with store.transaction() as connection:
        with pytest.raises(RuntimeError, match="do not nest"), store.transaction():
            pass
        # The outer one is unharmed.
        connection.execute(insert(secret_scopes).values(scope="outer", created_ms=0))
    with store.transaction() as connection:
        assert connection.scalars(select(secret_scopes.c.scope)).all() == ["outer"]
    store.close()


def test_foreign_keys_hold_and_cascade(file: Path) -> None:
    store = Store(file)
    row = {"scope": "a", "key": "k", "ciphertext": b"x", "updated_ms": 0}

    def insert_orphan() -> None:
        with store.transaction() as connection:
            connection.execute(insert(secrets).values(row))

    with pytest.raises(IntegrityError):
        insert_orphan()
    with store.transaction() as connection:
        connection.execute(insert(secret_scopes).values(scope="a", created_ms=0))
        connection.execute(insert(secrets).values(row))
        connection.execute(secret_scopes.delete())
        assert connection.execute(select(secrets)).all() == []
    store.close()


def test_newer_database_is_refused_and_left_alone(file: Path) -> None:
    Store(file).close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(BrickyardError, match=r"schema revision '9999'.*Update Brickyard"):
        Store(file)
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [
            ("9999",)
        ]
    connection.close()


def test_file_that_is_no_database_is_refused_and_left_alone(file: Path) -> None:
    content = b"this is not a database, but long enough to be taken for a header\n" * 100
    file.write_bytes(content)
    with pytest.raises(BrickyardError, match=r"state\.db cannot be read.*Move it aside"):
        Store(file)
    assert file.read_bytes() == content


def test_somebody_elses_database_is_refused_and_left_alone(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE jobs (mine TEXT)")
    connection.close()
    with pytest.raises(BrickyardError, match=r"state\.db.*Move it aside"):
        Store(file)
    assert set(schema(file)) == {"jobs"}


def test_folder_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrickyardError, match="cannot be read"):
        Store(tmp_path / "none" / "state.db")


def test_what_was_committed_survives_a_kill(file: Path) -> None:
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from sqlalchemy import insert\n"
        "from brickyard.workspace.store import Store\n"
        "from brickyard.workspace.store.tables import secret_scopes\n"
        "store = Store(Path(sys.argv[1]))\n"
        "with store.transaction() as c:\n"
        "    c.execute(insert(secret_scopes).values(scope='kept', created_ms=0))\n"
        "with store.transaction() as c:\n"
        "    c.execute(insert(secret_scopes).values(scope='lost', created_ms=0))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(file)], check=False, timeout=60)
    assert ended.returncode == -9
    store = Store(file)
    with store.transaction() as connection:
        assert connection.scalars(select(secret_scopes.c.scope)).all() == ["kept"]
    store.close()
