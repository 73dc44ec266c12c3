from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING

import pytest

# Two threads waiting for each other cost more than these small models take.
os.environ.setdefault("OMP_NUM_THREADS", "1")

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """A real Spark session on an engine inside the test process, with a catalog ``main``."""
    os.environ["SAIL_CATALOG__LIST"] = (
        '[{name="main", type="memory", initial_database=["default"]}]'
    )
    os.environ["SAIL_CATALOG__DEFAULT_CATALOG"] = "main"
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    server = SparkConnectServer()
    server.start(background=True)
    host, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://{host}:{port}").getOrCreate()
    session.conf.set("spark.sql.sources.default", "delta")
    yield session
    session.stop()
    server.stop()


@pytest.fixture
def schema(spark: SparkSession, tmp_path: Path) -> Iterator[str]:
    """A schema of its own for one test, as ``main.<name>``."""
    name = f"main.test_{uuid.uuid4().hex}"
    spark.sql(f"CREATE SCHEMA {name} LOCATION '{tmp_path}/warehouse'")
    yield name
    spark.sql(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(scope="session")
def tracking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real MLflow store and registry in a database of its own; returns the artifacts' folder."""
    import mlflow

    folder = tmp_path_factory.mktemp("mlflow")
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    return folder


@pytest.fixture
def experiment_id(tracking: Path) -> str:
    """A fresh experiment."""
    import mlflow

    name = uuid.uuid4().hex
    return str(mlflow.create_experiment(name, artifact_location=str(tracking / name)))
