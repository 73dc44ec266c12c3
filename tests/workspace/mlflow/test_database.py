from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from brickyard.errors import BrickyardError
from brickyard.workspace.mlflow.database import prepare, revision, template_path


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template, made once: it takes MLflow two seconds."""
    folder = tmp_path_factory.mktemp("template")
    prepare(folder / "first.db", folder / "cache" / "template.db")
    assert [file.name for file in (folder / "cache").iterdir()] == ["template.db"]
    return folder / "cache" / "template.db"


def test_the_template_has_mlflow_s_newest_schema(template: Path) -> None:
    from mlflow.store.db.utils import _get_latest_schema_revision

    assert revision(template) == _get_latest_schema_revision()  # type: ignore[no-untyped-call]


def test_a_new_database_is_the_template_in_wal_mode(template: Path, tmp_path: Path) -> None:
    prepare(tmp_path / "mlflow.db", template)
    assert revision(tmp_path / "mlflow.db") == revision(template)
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("SELECT count(*) FROM experiments").fetchone() == (0,)
    assert [file.name for file in template.parent.iterdir()] == ["template.db"]


def test_a_database_that_is_up_to_date_stays_as_it_is(template: Path, tmp_path: Path) -> None:
    database = tmp_path / "mlflow.db"
    prepare(database, template)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE mine (x)")
    prepare(database, template)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM mine").fetchone() == (0,)


def test_an_older_database_is_upgraded_and_its_copy_kept(template: Path, tmp_path: Path) -> None:
    database = tmp_path / "mlflow.db"
    older = make_older(database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO experiments (experiment_id, name) VALUES (7, 'kept')")
    prepare(database, template)
    assert revision(database) == revision(template) != older
    assert revision(tmp_path / f"mlflow.db.{older}") == older
    for file in (database, tmp_path / f"mlflow.db.{older}"):
        with closing(sqlite3.connect(file)) as connection:
            names = connection.execute("SELECT name FROM experiments").fetchall()
        assert names == [("kept",)]


def make_older(database: Path) -> str:
    """A database as the MLflow before the newest migration made it; its revision."""
    from alembic import command
    from alembic.script import ScriptDirectory
    from mlflow.store.db.utils import _get_alembic_config, create_sqlalchemy_engine
    from mlflow.store.tracking.dbmodels.initial_models import Base

    url = f"sqlite:///{database}"
    engine = create_sqlalchemy_engine(url)  # type: ignore[no-untyped-call]
    Base.metadata.create_all(engine)
    config = _get_alembic_config(url)  # type: ignore[no-untyped-call]
    older = str(ScriptDirectory.from_config(config).get_revision("head").down_revision)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, older)
    engine.dispose()
    return older


def test_a_database_of_a_newer_mlflow_is_refused_with_the_remedy(
    template: Path, tmp_path: Path
) -> None:
    database = tmp_path / "mlflow.db"
    prepare(database, template)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    with pytest.raises(BrickyardError, match="Install the MLflow that wrote it, or a newer one"):
        prepare(database, template)


def test_a_file_that_is_no_database_is_refused_and_kept(template: Path, tmp_path: Path) -> None:
    database = tmp_path / "mlflow.db"
    database.write_bytes(b"something else entirely" * 100)
    with pytest.raises(BrickyardError, match="Move it aside to start afresh"):
        prepare(database, template)
    assert database.read_bytes() == b"something else entirely" * 100


def test_the_template_lies_in_the_user_s_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert template_path("3.4.0") == Path("/cache/brickyard/mlflow-3.4.0.db")
