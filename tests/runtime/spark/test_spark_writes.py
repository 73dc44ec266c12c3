"""Writes and reads that the engine alone would carry out wrongly without a word."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from delta.tables import DeltaTable  # type: ignore[import-not-found] # installed by conftest
from pyspark.errors import AnalysisException, PySparkException, SparkNoSuchElementException
from pyspark.sql import functions
from pyspark.sql.connect.session import SparkSession

from brickyard.runtime.spark import SparkEngine, UnsupportedSqlError


def rows(spark: SparkSession, sql: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in spark.sql(sql).collect()), key=repr)


def days(spark: SparkSession, *values: tuple[int, str]) -> Any:
    return spark.createDataFrame(list(values), "v int, day string")


def test_replace_where_refuses_rows_outside(spark: SparkSession) -> None:
    days(spark, (1, "a"), (2, "b")).write.saveAsTable("t")
    writer = days(spark, (9, "z")).write.mode("overwrite").option("replaceWhere", "day = 'a'")
    with pytest.raises(PySparkException, match="DELTA_REPLACE_WHERE_MISMATCH"):
        writer.saveAsTable("t")
    with pytest.raises(PySparkException, match="DELTA_REPLACE_WHERE_MISMATCH"):
        spark.sql("INSERT INTO t REPLACE WHERE day = 'a' SELECT 9, 'z'")
    assert rows(spark, "SELECT * FROM t") == [(1, "a"), (2, "b")]
    spark.sql("INSERT INTO t REPLACE WHERE day = 'a' SELECT 9, 'a'")
    assert rows(spark, "SELECT * FROM t") == [(2, "b"), (9, "a")]


@pytest.mark.parametrize(
    "option", [("replaceWhere", "day = 'a'"), ("partitionOverwriteMode", "dynamic")]
)
def test_parts_of_external_tables(
    spark: SparkSession, schema: str, option: tuple[str, str]
) -> None:
    frame = days(spark, (1, "a"), (2, "b"))
    frame.write.partitionBy("day").option("path", f"dbfs:/parts_{schema}").saveAsTable("t")
    days(spark, (9, "a")).write.mode("overwrite").option(*option).saveAsTable("t")
    assert rows(spark, "SELECT * FROM t") == [(2, "b"), (9, "a")]


def test_parts_of_plain_files_are_not_replaced(spark: SparkSession, schema: str) -> None:
    path = f"/plain_{schema}"
    days(spark, (1, "a"), (2, "b")).write.partitionBy("day").parquet(path)
    writer = days(spark, (9, "a")).write.partitionBy("day").mode("overwrite")
    with pytest.raises(UnsupportedSqlError, match="dynamic partition overwrite of parquet"):
        writer.option("partitionOverwriteMode", "dynamic").parquet(path)
    assert spark.read.parquet(path).count() == 2


def test_insert_into_partitions(spark: SparkSession) -> None:
    spark.sql("CREATE TABLE t (a INT, d STRING, b INT) PARTITIONED BY (d)")
    spark.sql("INSERT INTO t PARTITION (d = 'x') VALUES (1, 2)")
    spark.sql("INSERT INTO t PARTITION (d) SELECT 3, 4, 'y'")
    assert rows(spark, "SELECT * FROM t") == [(1, "x", 2), (3, "y", 4)]
    spark.sql("INSERT OVERWRITE t PARTITION (d = 'x') SELECT 5, 6")
    assert rows(spark, "SELECT * FROM t") == [(3, "y", 4), (5, "x", 6)]
    with pytest.raises(AnalysisException, match="NON_PARTITION_COLUMN"):
        spark.sql("INSERT INTO t PARTITION (nosuch = 'x') SELECT 1, 2")


def test_counts_of_changed_rows(spark: SparkSession) -> None:
    spark.sql("CREATE TABLE t AS SELECT id, 'a' AS v FROM range(4)")
    assert rows(spark, "UPDATE t SET v = 'b' WHERE id > 1") == [(2,)]
    assert rows(spark, "UPDATE t SET v = 'b' WHERE id > 9") == [(0,)]
    assert rows(spark, "DELETE FROM t WHERE id = 0") == [(1,)]
    inserted = spark.sql("INSERT INTO t VALUES (8, 'x'), (9, 'y')")
    assert inserted.columns == ["num_affected_rows", "num_inserted_rows"]
    assert [tuple(row) for row in inserted.collect()] == [(2, 2)]
    assert rows(spark, "DELETE FROM t") == [(5,)]


def test_appends_are_matched_by_name(spark: SparkSession) -> None:
    days(spark, (1, "a")).write.saveAsTable("t")
    spark.sql("SELECT 'b' AS DAY").write.mode("append").saveAsTable("t")
    spark.sql("INSERT INTO t (day) VALUES ('c')")
    assert rows(spark, "SELECT v, day FROM t") == [(1, "a"), (None, "b"), (None, "c")]
    with pytest.raises(AnalysisException, match=r"A schema mismatch detected.*'w'"):
        spark.sql("SELECT 1 AS w").write.mode("append").saveAsTable("t")
    spark.conf.set("spark.databricks.delta.schema.autoMerge.enabled", "true")
    try:
        spark.sql("SELECT 1 AS w").write.mode("append").saveAsTable("t")
    finally:
        spark.conf.unset("spark.databricks.delta.schema.autoMerge.enabled")
    assert spark.table("t").columns == ["v", "day", "w"]


def test_readers_see_whole_tables_during_overwrites(spark: SparkSession) -> None:
    spark.range(5).write.saveAsTable("t")
    stop = threading.Event()
    seen: set[int | str] = set()

    def read() -> None:
        while not stop.is_set():
            try:
                seen.add(spark.table("t").count())
            except PySparkException as exc:  # the failure under test
                seen.add(str(exc))

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        spark.range(5).write.mode("overwrite").saveAsTable("t")
        spark.sql("CREATE OR REPLACE TABLE t AS SELECT id FROM range(5)")
    stop.set()
    for thread in threads:
        thread.join()
    assert seen == {5}


def test_patterns_stay_within_their_folder(spark: SparkSession, home: Path) -> None:
    folder = home / "dbfs" / "patterns"
    (folder / "deeper").mkdir(parents=True)
    for name in ("a.csv", "b.csv", "deeper/c.csv", "d.txt"):
        (folder / name).write_text("1\n")
    read = spark.read
    assert read.csv("/patterns/*.csv").count() == 2
    assert read.csv("/patterns/{a,d}.{csv,txt}").count() == 2
    deep = spark.read.option("recursiveFileLookup", True).option("pathGlobFilter", "*.csv")
    assert deep.csv("/patterns").count() == 3
    paths = spark.read.format("binaryFile").load("/patterns/*.txt").collect()
    assert [row.path for row in paths] == ["dbfs:/patterns/d.txt"]


@pytest.mark.parametrize(
    "option",
    [
        ("nullValue", "NA"),
        ("dateFormat", "dd/MM/yyyy"),
        ("encoding", "latin1"),
        ("mode", "DROPMALFORMED"),
        ("ignoreLeadingWhiteSpace", "true"),
        ("modifiedAfter", "2020"),
    ],
)
def test_options_that_would_be_passed_over(
    spark: SparkSession, home: Path, option: tuple[str, str]
) -> None:
    (home / "dbfs" / "options.csv").write_text("a\n")
    with pytest.raises(UnsupportedSqlError, match=option[0]):
        spark.read.option(*option).csv("/options.csv").count()


def test_partition_columns_have_types(spark: SparkSession, schema: str) -> None:
    frame = spark.sql("SELECT 1 AS a, 2024 AS y, DATE'2024-01-02' AS d, 'x' AS s, 1.5D AS f")
    frame.write.partitionBy("y", "d", "s", "f").parquet(f"/typed_{schema}")
    found = spark.read.parquet(f"/typed_{schema}")
    kinds = [("a", "int"), ("y", "int"), ("d", "date"), ("s", "string"), ("f", "double")]
    assert found.dtypes == kinds
    assert found.collect() == frame.collect()


def test_percentiles_in_a_deep_plan(spark: SparkSession) -> None:
    frame = spark.range(3)
    for _ in range(150):
        frame = frame.filter("id >= 0")
    assert frame.agg(functions.percentile_approx("id", 0.5)).collect()[0][0] == 1


def test_percentiles_are_values(spark: SparkSession) -> None:
    frame = spark.range(101)
    found = frame.agg(
        functions.percentile_approx("id", 0.5), functions.percentile_approx("id", [0.1, 0.9])
    )
    assert found.columns[0] == "percentile_approx(id, 0.5, 10000)"
    assert found.collect()[0][0] == 50
    assert found.collect()[0][1] == [10, 90]
    assert frame.summary("count", "33%").collect()[1].id == "33"


def test_unknown_configuration(spark: SparkSession) -> None:
    with pytest.raises(SparkNoSuchElementException, match=r"SQL_CONF_NOT_FOUND.*spark\.nosuch"):
        spark.conf.get("spark.nosuch")
    assert spark.conf.get("spark.nosuch", None) is None


def test_merge_with_columns_and_text(spark: SparkSession, engine: SparkEngine) -> None:
    spark.sql("CREATE TABLE t AS SELECT id, 'old' AS v FROM range(3)")
    table = DeltaTable.forName(spark, "t")
    source = spark.createDataFrame([(1, "a{b}"), (9, "new")], "id long, v string")
    column = functions.col
    merge = table.alias("t").merge(source.alias("s"), column("t.id") == column("s.id"))
    merge = merge.whenMatchedUpdate(
        column("s.v") != "x", {"v": functions.concat(column("s.v"), functions.lit("{'}"))}
    )
    merge.whenNotMatchedInsert(values={"t.id": "s.id", "v": "s.v"}).execute()
    assert rows(spark, "SELECT * FROM t") == [(0, "old"), (1, "a{b}{'}"), (2, "old"), (9, "new")]
    case = functions.when(column("id") > 5, "big").otherwise("small")
    table.update(set={"v": case})
    table.delete(column("id").isin(0, 9))
    assert rows(spark, "SELECT * FROM t") == [(1, "small"), (2, "small")]
    table.restoreToVersion(0)
    assert table.toDF().count() == 3
    assert not DeltaTable.isDeltaTable(spark, "/nosuch")
    assert engine.session is spark


def test_a_new_table_may_be_made_by_a_replacement_partitioned_by_any_column(
    spark: SparkSession, schema: str
) -> None:
    frame = days(spark, (1, "a"), (2, "b"))

    def writer() -> Any:
        again = frame.write.partitionBy("v").mode("overwrite")
        return again.option("overwriteSchema", "true")

    for _ in range(2):  # the second finds it there
        writer().saveAsTable("by_frame")
        writer().format("delta").save(f"/by_path_{schema}")
        spark.sql(
            "CREATE OR REPLACE TABLE by_sql PARTITIONED BY (v) AS SELECT v, day FROM by_frame"
        )
    for place in ("by_frame", f"delta.`/by_path_{schema}`", "by_sql"):
        assert rows(spark, f"SELECT v, day FROM {place}") == [(1, "a"), (2, "b")]  # noqa: S608


def test_an_insert_goes_by_position_whatever_the_names(spark: SparkSession) -> None:
    spark.sql("CREATE TABLE t (v int, day string, note string)")
    spark.sql("INSERT INTO t SELECT 1, null, null -- nothing known")
    spark.sql("INSERT INTO t WITH q AS (SELECT 2 AS a) SELECT a, 'x', 'x' FROM q;")
    spark.sql("INSERT INTO t (day, note) SELECT 'y', 'y'")
    everything = [(1, None, None), (2, "x", "x"), (None, "y", "y")]
    assert rows(spark, "SELECT * FROM t") == everything
    spark.sql("INSERT OVERWRITE t SELECT v, day, note FROM {df} WHERE v = 2", df=spark.table("t"))
    spark.sql("INSERT OVERWRITE t SELECT v, day, day FROM t WHERE v = 2")
    assert rows(spark, "SELECT * FROM t") == [(2, "x", "x")]


def test_a_field_of_a_struct_that_the_table_lacks_is_not_dropped(spark: SparkSession) -> None:
    spark.createDataFrame([((1,),)], "s struct<a:int>").write.saveAsTable("t")
    wider = spark.createDataFrame([((2, 3),)], "s struct<a:int,b:int>").write.mode("append")
    with pytest.raises(AnalysisException, match=r"has no column 's\.b'"):
        wider.saveAsTable("t")
    wider.option("mergeSchema", "true").saveAsTable("t")
    assert rows(spark, "SELECT s.a, s.b FROM t") == [(1, None), (2, 3)]
