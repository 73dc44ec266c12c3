"""Paths of the platform in plans and in SQL text."""

# ruff: noqa: S608 - every name in these statements is the test's own
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from pyspark.errors import AnalysisException
from pyspark.sql.connect.session import SparkSession

from brickyard.runtime.paths import PathEscapeError, PathMappingError
from brickyard.runtime.spark import SparkEngine

AZURE = "abfss://data@acct.dfs.core.windows.net"


def rows(spark: SparkSession, sql: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in spark.sql(sql).collect()), key=repr)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("dbfs:/paths/a", "dbfs/paths/a"),
        ("dbfs:///paths/b", "dbfs/paths/b"),
        ("/paths/c", "dbfs/paths/c"),
        ("paths/d", "dbfs/paths/d"),
        ("/Volumes/main/ml/v/e", "volumes/main/ml/v/e"),
        ("dbfs:/Volumes/main/ml/v/f", "volumes/main/ml/v/f"),
        (f"{AZURE}/g", "storage/acct/data/g"),
        ("wasbs://data@acct.blob.core.windows.net/h", "storage/acct/data/h"),
        ("file:/Workspace/i", "files/i"),
        ("/with space/100% ü", "dbfs/with space/100% ü"),
    ],
)
@pytest.mark.parametrize("source", ["delta", "parquet"])
def test_write_and_read(
    spark: SparkSession, home: Path, path: str, place: str, source: str
) -> None:
    target = f"{path}_{source}"
    spark.range(3).write.format(source).mode("overwrite").save(target)
    folder = home / f"{place}_{source}"
    assert list(folder.glob("*.parquet"))
    assert spark.read.format(source).load(target).count() == 3
    assert rows(spark, f"SELECT count(*) FROM {source}.`{target}`") == [(3,)]
    if source == "delta":
        assert DeltaTable(folder).to_pyarrow_table().num_rows == 3


def test_text_formats_and_globs(spark: SparkSession, home: Path) -> None:
    folder = home / "volumes/texts"
    folder.mkdir(parents=True)
    (folder / "one.csv").write_text("a,b\n1,x\n")
    (folder / "two.csv").write_text("a,b\n2,y\n")
    read = spark.read.option("header", True)
    assert read.csv("/Volumes/texts/one.csv").columns == ["a", "b"]
    assert read.csv("/Volumes/texts/*.csv").count() == 2
    paths = ["/Volumes/texts/one.csv", "dbfs:/Volumes/texts/two.csv"]
    assert read.csv(paths).count() == 2
    assert read.format("csv").option("path", "/Volumes/texts").load().count() == 2
    spark.sql(
        "CREATE OR REPLACE TEMPORARY VIEW texts USING CSV "
        "OPTIONS (path '/Volumes/texts/one.csv', header 'true')"
    )
    assert rows(spark, "SELECT * FROM texts") == [("1", "x")]


def test_the_default_source_of_a_load_is_delta(spark: SparkSession) -> None:
    spark.range(2).write.save("dbfs:/default_source")
    assert spark.read.load("dbfs:/default_source").count() == 2


def test_a_missing_path_is_an_error(spark: SparkSession) -> None:
    with pytest.raises(AnalysisException, match=r"PATH_NOT_FOUND.*dbfs:/nosuch.csv"):
        spark.read.csv("dbfs:/nosuch.csv").collect()
    with pytest.raises(AnalysisException, match="PATH_NOT_FOUND"):
        spark.read.parquet("/nosuch/*.parquet").collect()
    with pytest.raises(AnalysisException, match="PATH_NOT_FOUND"):
        spark.sql("SELECT * FROM delta.`/nosuch`").collect()


def test_bad_paths_are_named(spark: SparkSession) -> None:
    with pytest.raises(PathEscapeError, match=r"dbfs:/\.\./x"):
        spark.read.parquet("dbfs:/../x").collect()
    with pytest.raises(PathMappingError, match="container"):
        spark.range(1).write.parquet("abfss://acct.dfs.core.windows.net/x")


def test_mounts(engine: SparkEngine, spark: SparkSession, home: Path) -> None:
    engine.set_mounts({"/mnt/data": f"{AZURE}/mounted"})
    try:
        spark.range(4).write.format("delta").save("/mnt/data/t")
        assert (home / "storage/acct/data/mounted/t/_delta_log").is_dir()
        assert spark.read.format("delta").load("dbfs:/mnt/data/t").count() == 4
    finally:
        engine.set_mounts({})


def test_merge_and_history_of_a_path(spark: SparkSession) -> None:
    spark.range(3).write.format("delta").save("dbfs:/by_path")
    assert spark.sql("DESCRIBE HISTORY delta.`dbfs:/by_path`").count() == 1
    assert spark.read.format("delta").option("versionAsOf", 0).load("/by_path").count() == 3
    assert rows(spark, "SELECT * FROM delta.`/by_path` VERSION AS OF 0 WHERE id = 1") == [(1,)]


def test_columns_of_a_new_path_take_nulls(spark: SparkSession) -> None:
    spark.range(1).write.format("delta").save("dbfs:/nullable")
    nulls = spark.sql("SELECT CAST(NULL AS BIGINT) AS id")
    nulls.write.format("delta").mode("append").save("dbfs:/nullable")
    assert rows(spark, "SELECT * FROM delta.`dbfs:/nullable`") == [(0,), (None,)]
