from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql.connect.session import SparkSession

from brickyard.runtime.paths import Roots
from brickyard.runtime.spark import SparkEngine, SparkSettings, deltaapi

_SCHEMAS = itertools.count()
deltaapi.install()  # As every notebook's process has it: tests import delta.tables at their top.


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def roots(home: Path) -> Roots:
    folders = [home / name for name in ("dbfs", "files", "volumes", "storage", "tmp")]
    for folder in folders:
        folder.mkdir()
    return Roots(*folders)


@pytest.fixture(scope="session")
def engine(home: Path, roots: Roots) -> Iterator[SparkEngine]:
    engine = SparkEngine(SparkSettings(warehouse=home / "warehouse", roots=roots))
    yield engine
    engine.stop()


@pytest.fixture
def schema(engine: SparkEngine) -> str:
    """A fresh schema of catalog ``main``, made current."""
    name = f"s{next(_SCHEMAS)}"
    engine.session.sql(f"CREATE SCHEMA main.{name}")
    engine.session.sql(f"USE main.{name}")
    return name


@pytest.fixture
def spark(engine: SparkEngine, schema: str) -> SparkSession:
    """The engine's session, in a fresh schema."""
    assert schema
    for table in engine.session.catalog.listTables():
        assert table.isTemporary
        engine.session.catalog.dropTempView(table.name)
    return engine.session
