"""Sessions, user functions, and forks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession as AnySparkSession
from pyspark.sql.connect.session import SparkSession
from pyspark.sql.functions import udf
from pyspark.sql.pandas.functions import pandas_udf

from brickyard.runtime.paths import Roots
from brickyard.runtime.spark import SparkEngine, SparkSettings

FORKS = """
import os, sys
from pathlib import Path
import numpy, pyarrow  # Their allocators and BLAS have threads, which mind forks.
threads = len(os.listdir("/proc/self/task"))
from brickyard.runtime.paths import Roots
from brickyard.runtime.spark import SparkEngine, SparkSettings
import pandas as pd
from pyspark.sql.functions import pandas_udf, udf

home = Path(sys.argv[1])
roots = Roots(*(home / name for name in ("dbfs", "files", "volumes", "storage", "tmp")))
assert len(os.listdir("/proc/self/task")) == threads, "importing started a thread"


def child(n):
    engine = SparkEngine(SparkSettings(warehouse=home / "warehouse", roots=roots))
    spark = engine.session
    twice = udf(lambda x: x * 2, "long")

    @pandas_udf("long")
    def plus(x: pd.Series) -> pd.Series:
        return x + 1

    spark.sql("CREATE SCHEMA IF NOT EXISTS main.forks")
    spark.range(5).select(twice("id").alias("a"), plus("id").alias("b")).write.saveAsTable(
        f"main.forks.t{n}"
    )
    found = spark.table(f"main.forks.t{n}").agg({"a": "sum", "b": "sum"}).collect()[0]
    assert tuple(found) == (20, 15), found
    engine.stop()


pids = []
for n in range(10):
    pid = os.fork()
    if pid == 0:
        try:
            child(n)
            os._exit(0)
        except BaseException as exc:
            print(repr(exc), file=sys.stderr)
            os._exit(1)
    pids.append(pid)
codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
sys.exit(0 if codes == [0] * 10 else f"exit codes {codes}")
"""


def rows(spark: SparkSession, sql: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in spark.sql(sql).collect()), key=repr)


def test_ten_forks_each_run_spark(tmp_path: Path) -> None:
    script = tmp_path / "forks.py"
    script.write_text(FORKS)
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "INFO" not in done.stderr, "the engine's log lines reach the notebook"


def test_nothing_starts_before_the_session_is_asked_for(tmp_path: Path) -> None:
    roots = Roots(*(tmp_path / name for name in "abcde"))
    engine = SparkEngine(SparkSettings(warehouse=tmp_path / "warehouse", roots=roots))
    assert not engine.started
    engine.stop()
    assert not (tmp_path / "warehouse").exists()


def test_everybody_gets_the_same_session(spark: SparkSession) -> None:
    found: list[Any] = [AnySparkSession.builder.appName("mine").getOrCreate()]
    found += [AnySparkSession.getActiveSession(), SparkSession.builder.getOrCreate()]
    assert all(session is spark for session in found)


def test_a_further_session_shares_tables_only(spark: SparkSession, schema: str) -> None:
    spark.range(3).write.saveAsTable("t")
    spark.range(3).createOrReplaceTempView("mine")
    other = spark.newSession()
    assert other is not spark
    assert other.table(f"main.{schema}.t").count() == 3
    assert other.catalog.currentDatabase() == "default"
    with pytest.raises(AnalysisException, match="mine"):
        other.table("mine").collect()
    other.sql(f"DROP TABLE main.{schema}.t")
    assert not spark.catalog.tableExists("t")


def test_a_module_of_the_users_can_start_the_engine(tmp_path: Path) -> None:
    script = tmp_path / "module.py"
    script.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from pyspark.sql import SparkSession\n"
        "from brickyard.runtime.paths import Roots\n"
        "from brickyard.runtime.spark import SparkEngine, SparkSettings\n"
        "home = Path(sys.argv[1])\n"
        "roots = Roots(*(home / name for name in 'abcde'))\n"
        "engine = SparkEngine(SparkSettings(warehouse=home / 'warehouse', roots=roots))\n"
        "engine.install()\n"
        "assert not engine.started\n"
        "spark = SparkSession.builder.appName('mine').getOrCreate()\n"
        "assert engine.started and spark is engine.session\n"
        "assert SparkSession.getActiveSession() is spark\n"
        "spark.range(3).write.saveAsTable('main.default.t')\n"
        "spark.stop()\n"
        "again = SparkSession.builder.getOrCreate()\n"
        "print(again.table('main.default.t').count())\n"
    )
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "3"


def test_user_functions_run_in_this_process(spark: SparkSession) -> None:
    seen = udf(lambda _: os.getpid(), "long")
    assert {row[0] for row in spark.range(3).select(seen("id")).collect()} == {os.getpid()}

    @pandas_udf("double")  # type: ignore[call-overload,untyped-decorator,unused-ignore]
    def half(values: pd.Series) -> pd.Series:
        return values / 2

    assert [row[0] for row in spark.range(3).select(half("id")).collect()] == [0.0, 0.5, 1.0]
    spark.udf.register("thrice", lambda x: x * 3, "long")
    assert rows(spark, "SELECT thrice(id) FROM range(2)") == [(0,), (3,)]
    mapped = spark.range(4).mapInPandas(lambda parts: (p[p.id > 1] for p in parts), "id long")
    assert mapped.count() == 2


def test_a_deep_plan_does_not_exhaust_the_stack(spark: SparkSession) -> None:
    frame = spark.range(1)
    for _ in range(150):
        frame = frame.filter("id >= 0")
    assert frame.count() == 1


def test_catalogs_are_those_of_the_warehouse(tmp_path: Path) -> None:
    script = tmp_path / "catalogs.py"
    script.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from brickyard.runtime.paths import Roots\n"
        "from brickyard.runtime.spark import SparkEngine, SparkSettings\n"
        "home = Path(sys.argv[1])\n"
        "(home / 'warehouse/research/trials').mkdir(parents=True)\n"
        "roots = Roots(*(home / name for name in 'abcde'))\n"
        "settings = SparkSettings(home / 'warehouse', roots, default_catalog='research')\n"
        "engine = SparkEngine(settings)\n"
        "spark = engine.session\n"
        "spark.range(2).write.saveAsTable('trials.t')\n"
        "print(sorted(row.name for row in spark.catalog.listCatalogs()))\n"
        "print(spark.table('research.trials.t').count(), spark.catalog.currentCatalog())\n"
    )
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    names, counts = done.stdout.splitlines()
    assert names == "['hive_metastore', 'main', 'research', 'spark_catalog', 'system']"
    assert counts == "2 research"
