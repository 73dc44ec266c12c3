"""A cluster that names Apache Spark's own Connect server.

Takes a JVM and some hundred megabytes of Spark, so it runs only when asked for:
``BRICKYARD_APACHE_SPARK=1``. The server gets an environment of its own, made here.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.version import __version__ as client_version

from tests.e2e.conftest import Workspace
from tests.e2e.test_spark import cluster

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("BRICKYARD_APACHE_SPARK") != "1",
        reason="Apache Spark is downloaded and started only with BRICKYARD_APACHE_SPARK=1",
    ),
    pytest.mark.skipif(shutil.which("java") is None, reason="Apache Spark needs Java"),
]
SERVER = """
import sys
from pyspark.sql import SparkSession
port, folder = sys.argv[1:]
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.plugins", "org.apache.spark.sql.connect.SparkConnectPlugin")
    .config("spark.connect.grpc.binding.port", port)
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "2")
    .config("spark.sql.warehouse.dir", folder)
    .getOrCreate()
)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A Spark Connect server of the client's version; its port."""
    folder = tmp_path_factory.mktemp("apache-spark")
    environment = folder / "environment"
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "-q", "--python", sys.executable, environment], check=True)
    python = environment / "bin" / "python"
    wanted = f"pyspark[connect]=={client_version}"
    subprocess.run([*uv, "pip", "install", "-q", "--python", python, wanted], check=True)
    script = folder / "server.py"
    script.write_text(SERVER)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [python, script, str(port), folder / "warehouse"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    try:
        _await(port, process, folder / "log")
        yield port
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.terminate()
        process.wait(30)


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError(log.read_text())


def test_notebooks_run_on_it(workspace: Workspace, server: int) -> None:
    conf = {
        "spark.remote": f"sc://127.0.0.1:{server}",
        "spark.sql.session.timeZone": "Europe/Berlin",
        "spark.databricks.delta.optimizeWrite.enabled": "true",
        "spark.master": "local[*]",
    }
    made = cluster(workspace, "apache", conf)

    done = workspace.run(
        "spark.createDataFrame([(1, 'a'), (2, 'b')], 'n int, s string').write.mode('overwrite')"
        ".format('parquet').saveAsTable('numbers')",
        "# MAGIC %sql\n# MAGIC SELECT sum(n) AS total FROM numbers",
        "from pyspark.sql import SparkSession\n"
        "assert SparkSession.builder.getOrCreate() is spark\n"
        "frame = spark.table('numbers').toPandas()\n"
        "display(spark.table('numbers'))\n"
        "found = [_sqldf.collect()[0].total, len(frame), spark.conf.get("
        "'spark.sql.session.timeZone'), spark.conf.get('spark.master'),\n"
        "         spark.sql('SELECT java_method(\\'java.lang.Integer\\', \\'toString\\', 7)')"
        ".collect()[0][0]]\n"
        "dbutils.notebook.exit(str(found))",
        existing_cluster_id=made,
    )

    assert done.exit_value == "[3, 2, 'Europe/Berlin', 'local[2]', '7']", done.trace


def test_its_errors_stay_its_own(workspace: Workspace, server: int) -> None:
    made = cluster(workspace, "apache-errors", {"spark.remote": f"sc://127.0.0.1:{server}"})
    done = workspace.run("spark.table('nosuch').collect()", existing_cluster_id=made)
    assert "TABLE_OR_VIEW_NOT_FOUND" in done.error


def test_it_sees_its_own_files_only(workspace: Workspace, server: int) -> None:
    made = cluster(workspace, "apache-files", {"spark.remote": f"sc://127.0.0.1:{server}"})
    done = workspace.run("spark.read.text('dbfs:/somewhere').count()", existing_cluster_id=made)
    assert 'scheme "dbfs"' in done.error
