"""Spark of a notebook's run: the cluster's configuration and engine, and tables shared by runs."""

from __future__ import annotations

import json
import socket
import zipfile
from pathlib import Path

import pytest
from databricks.sdk.errors import BadRequest

from tests.e2e.conftest import Workspace

NODE = "Standard_DS3_v2"
VERSION = "15.4.x-scala2.12"


def cluster(workspace: Workspace, name: str, conf: dict[str, str]) -> str:
    """Make a cluster; returns its id."""
    made = workspace.sdk.clusters.create(
        spark_version=VERSION,
        cluster_name=name,
        node_type_id=NODE,
        num_workers=1,
        spark_conf=conf,
    )
    return str(made.response.cluster_id)  # type: ignore[attr-defined] # the SDK's own Any


def test_a_cluster_configures_the_session(workspace: Workspace) -> None:
    client = workspace.sdk
    client.secrets.create_scope("engine")
    client.secrets.put_secret("engine", "key", string_value="hush-hush-42")
    conf = {"spark.my.key": "mine", "spark.my.secret": "{{secrets/engine/key}}"}
    made = cluster(workspace, "configured", conf)

    done = workspace.run(
        "tags = 'spark.databricks.clusterUsageTags.'\n"
        "found = [spark.conf.get('spark.my.key'), spark.conf.get(tags + 'clusterName'),\n"
        "         spark.conf.get(tags + 'clusterId'), spark.conf.get('spark.nosuch', 'default'),\n"
        "         spark.conf.get('spark.databricks.workspaceUrl')]\n"
        "print(spark.conf.get('spark.my.secret'))",
        "assert len(spark.conf.get('spark.my.secret')) == 12",
        "try:\n"
        "    spark.conf.get('spark.nosuch')\n"
        "except Exception as exc:\n"
        "    found.append(type(exc).__name__)",
        "import json; dbutils.notebook.exit(json.dumps(found))",
        existing_cluster_id=made,
    )

    address = workspace.url.removeprefix("http://")
    expected = ["mine", "configured", made, "default", address, "SparkNoSuchElementException"]
    assert json.loads(done.exit_value or "null") == expected, done.trace
    assert "hush-hush-42" not in done.page


def test_a_server_that_does_not_answer_is_named(workspace: Workspace) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"sc://127.0.0.1:{closed.getsockname()[1]}/;token=very-secret"
    made = cluster(workspace, "elsewhere", {"spark.remote": address})

    done = workspace.run("spark.range(3).count()", existing_cluster_id=made)

    assert done.ended == ("TERMINATED", "FAILED")
    for part in ("'elsewhere'", "spark.remote", "within 10 seconds", "Start that server"):
        assert part in done.error
    assert "very-secret" not in done.error


@pytest.mark.parametrize("address", ["localhost:15002", "sc://", "sc://host:99999", "sc://h/x"])
def test_a_malformed_server_is_refused_with_the_cluster(workspace: Workspace, address: str) -> None:
    with pytest.raises(BadRequest, match=r"spark_conf\['spark.remote'\]"):
        cluster(workspace, "malformed", {"spark.remote": address})


def test_several_runs_append_to_one_table(workspace: Workspace) -> None:
    workspace.run("spark.sql('CREATE TABLE main.default.shared (run INT, n INT)')")
    write = (
        "for n in range(4):\n"
        "    rows = spark.createDataFrame([({run}, n)], 'run int, n int')\n"
        "    rows.write.mode('append').saveAsTable('main.default.shared')\n"
        "    assert spark.table('main.default.shared').count() >= n + 1"
    )
    started = [workspace.start(write.format(run=n), path=f"/Shared/writer{n}") for n in range(3)]
    for run_id in started:
        done = workspace.result(workspace.wait(run_id))
        assert done.ended == ("TERMINATED", "SUCCESS"), done.trace

    read = workspace.run(
        "found = spark.table('main.default.shared').groupBy('run').count().collect()",
        "dbutils.notebook.exit(str(sorted(tuple(row) for row in found)))",
    )
    assert read.exit_value == "[(0, 4), (1, 4), (2, 4)]"


def test_readers_never_miss_a_table_that_is_overwritten(workspace: Workspace) -> None:
    done = workspace.run(
        "import threading\n"
        "spark.range(5).write.saveAsTable('main.default.whole')\n"
        "stop, seen = threading.Event(), set()\n"
        "def read():\n"
        "    while not stop.is_set():\n"
        "        try:\n"
        "            seen.add(spark.table('main.default.whole').count())\n"
        "        except Exception as exc:\n"
        "            seen.add(str(exc)[:300])\n"
        "threads = [threading.Thread(target=read) for _ in range(2)]\n"
        "for thread in threads: thread.start()\n"
        "for n in range(15):\n"
        "    spark.range(5).write.mode('overwrite').saveAsTable('main.default.whole')\n"
        "stop.set()\n"
        "for thread in threads: thread.join()",
        "dbutils.notebook.exit(str(seen))",
    )
    assert done.exit_value == "{5}", done.trace


def test_functions_import_notebook_scoped_libraries(workspace: Workspace, tmp_path: Path) -> None:
    wheel = tmp_path / "scoring_lib-1.0-py3-none-any.whl"
    info = "scoring_lib-1.0.dist-info"
    files = {
        "scoring_lib.py": "def score(x):\n    return x * 10\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: scoring_lib\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    with wheel.open("rb") as opened:
        workspace.sdk.dbfs.upload(f"/wheels/{wheel.name}", opened, overwrite=True)

    done = workspace.run(
        f"%pip install /dbfs/wheels/{wheel.name}",
        "import pandas as pd\n"
        "from pyspark.sql.functions import pandas_udf, udf\n"
        "@udf('long')\n"
        "def plain(x):\n"
        "    import scoring_lib\n"
        "    return scoring_lib.score(x)\n"
        "@pandas_udf('long')\n"
        "def batch(x: pd.Series) -> pd.Series:\n"
        "    import scoring_lib\n"
        "    return scoring_lib.score(x)\n"
        "def parts(frames):\n"
        "    import scoring_lib\n"
        "    for frame in frames:\n"
        "        yield frame.assign(id=scoring_lib.score(frame.id))\n"
        "spark.udf.register('scored', plain)\n"
        "found = [spark.range(3).select(plain('id')).collect()[2][0],\n"
        "         spark.range(3).select(batch('id')).collect()[2][0],\n"
        "         spark.range(3).mapInPandas(parts, 'id long').collect()[2][0],\n"
        "         spark.sql('SELECT scored(2)').collect()[0][0]]\n"
        "dbutils.notebook.exit(str(found))",
    )
    assert done.exit_value == "[20, 20, 20, 20]", done.trace


def test_delta_tables_as_on_a_cluster(workspace: Workspace) -> None:
    done = workspace.run(
        "from delta.tables import DeltaTable\n"
        "spark.range(3).withColumnRenamed('id', 'k').write.saveAsTable('main.default.merged')\n"
        "table = DeltaTable.forName(spark, 'main.default.merged')\n"
        "source = spark.range(2, 5).withColumnRenamed('id', 'k')\n"
        "merge = table.alias('t').merge(source.alias('s'), 't.k = s.k')\n"
        "merge.whenMatchedDelete().whenNotMatchedInsertAll().execute()",
        "dbutils.notebook.exit(str(sorted(row.k for row in table.toDF().collect())))",
    )
    assert done.exit_value == "[0, 1, 3, 4]", done.trace
