"""Tables: every way to write one, and what the next process sees."""

# ruff: noqa: S608 - every name in these statements is the test's own
from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import functions
from pyspark.sql.connect.session import SparkSession

from brickyard.runtime.spark import SparkEngine

CHILD = """
import json, sys
from pathlib import Path
from brickyard.runtime.paths import Roots
from brickyard.runtime.spark import SparkEngine, SparkSettings
home = Path(sys.argv[1])
roots = Roots(*(home / name for name in ("dbfs", "files", "volumes", "storage", "tmp")))
engine = SparkEngine(SparkSettings(warehouse=home / "warehouse", roots=roots))
spark = engine.session
out = []
for statement in json.loads(sys.argv[2]):
    result = spark.sql(statement)
    out.append(sorted([list(row) for row in result.collect()], key=repr) if result.columns else [])
print(json.dumps(out, default=str))
engine.stop()
"""


def rows(spark: SparkSession, sql: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in spark.sql(sql).collect()), key=repr)


def in_another_process(home: Path, *statements: str) -> list[list[list[Any]]]:
    script = home / "child.py"  # A file, for pyspark takes ``python -c`` for a doctest and exits.
    script.write_text(CHILD)
    done = subprocess.run(
        [sys.executable, str(script), str(home), json.dumps(statements)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[list[list[Any]]] = json.loads(done.stdout.splitlines()[-1])
    return found


def folder(home: Path, schema: str, table: str) -> Path:
    return home / "warehouse" / "main" / schema / table


def test_save_as_table_in_every_mode(spark: SparkSession) -> None:
    two = spark.createDataFrame([(1, "a"), (2, "b")], "id long, name string")
    two.write.saveAsTable("t")
    assert rows(spark, "SELECT * FROM t") == [(1, "a"), (2, "b")]
    with pytest.raises(AnalysisException, match="already exists"):
        two.write.mode("error").saveAsTable("t")
    two.filter("id = 1").write.mode("append").saveAsTable("t")
    assert spark.table("t").count() == 3
    two.write.mode("ignore").saveAsTable("t")
    assert spark.table("t").count() == 3
    two.filter("id = 2").write.mode("overwrite").saveAsTable("t")
    assert rows(spark, "SELECT * FROM t") == [(2, "b")]


def test_overwrite_with_another_schema_asks_for_overwrite_schema(spark: SparkSession) -> None:
    spark.range(2).write.saveAsTable("t")
    other = spark.createDataFrame([("x",)], "name string")
    with pytest.raises(AnalysisException, match="schema"):
        other.write.mode("overwrite").saveAsTable("t")
    assert spark.table("t").columns == ["id"]
    other.write.mode("overwrite").option("overwriteSchema", "true").saveAsTable("t")
    assert rows(spark, "SELECT * FROM t") == [("x",)]


def test_merge_schema_adds_a_column_that_old_rows_lack(spark: SparkSession) -> None:
    spark.range(1).write.saveAsTable("t")
    wider = spark.createDataFrame([(5, "n")], "id long, name string")
    wider.write.mode("append").option("mergeSchema", "true").saveAsTable("t")
    assert rows(spark, "SELECT id, name FROM t") == [(0, None), (5, "n")]


def test_columns_of_new_tables_take_nulls(spark: SparkSession, home: Path, schema: str) -> None:
    spark.range(1).select("id", functions.lit("x").alias("name")).write.saveAsTable("t")
    spark.sql("INSERT INTO t VALUES (NULL, NULL)")
    assert rows(spark, "SELECT * FROM t") == [(0, "x"), (None, None)]
    fields = json.loads(DeltaTable(folder(home, schema, "t")).schema().to_json())["fields"]
    assert [field["nullable"] for field in fields] == [True, True]


def test_a_new_table_takes_literals_of_every_type(spark: SparkSession) -> None:
    # Literals are NOT NULL, so the columns are made nullable on the way: that needs their types.
    types = {
        "timestamp": "timestamp'2013-01-01 05:00:00'",
        "timestamp_ntz": "timestamp_ntz'2013-01-01 05:00:00'",
        "date": "date'2013-01-01'",
        "decimal(5,2)": "cast(1.25 as decimal(5,2))",
        "binary": "cast('x' as binary)",
        "array<int>": "array(1, 2)",
        "map<string,int>": "map('a', 1)",
        "struct<a:int,t:timestamp>": "named_struct('a', 1, 't', timestamp'2013-01-01 05:00:00')",
    }
    columns = ", ".join(f"{value} AS c{n}" for n, value in enumerate(types.values()))
    frame = spark.sql(f"SELECT {columns}")
    frame.write.saveAsTable("t")

    stored = spark.table("t")
    assert [field.dataType.simpleString() for field in stored.schema.fields] == list(types)
    assert stored.collect() == frame.collect()
    assert all(field.nullable for field in stored.schema.fields)


def test_insert_into(spark: SparkSession) -> None:
    spark.sql("CREATE TABLE t (id BIGINT, name STRING)")
    spark.sql("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    spark.createDataFrame([(3, "c")], "id long, name string").write.insertInto("t")
    spark.sql("INSERT INTO TABLE t (name, id) SELECT 'd', 4")
    assert rows(spark, "SELECT * FROM t") == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]
    spark.sql("INSERT OVERWRITE t SELECT 9, 'z'")
    assert rows(spark, "SELECT * FROM t") == [(9, "z")]


def test_create_table_as(spark: SparkSession) -> None:
    created = spark.sql("CREATE TABLE t AS SELECT id, id * 2 AS twice FROM range(3)")
    assert created.columns == ["num_affected_rows", "num_inserted_rows"]
    assert rows(spark, "SELECT * FROM t") == [(0, 0), (1, 2), (2, 4)]
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_ALREADY_EXISTS"):
        spark.sql("CREATE TABLE t AS SELECT 1 AS other")
    spark.sql("CREATE TABLE IF NOT EXISTS t AS SELECT 1 AS other")
    assert spark.table("t").columns == ["id", "twice"]
    spark.sql("CREATE OR REPLACE TABLE t AS SELECT 'now' AS other")
    assert rows(spark, "SELECT * FROM t") == [("now",)]


def test_create_or_replace_keeps_the_history(spark: SparkSession) -> None:
    spark.sql("CREATE TABLE t AS SELECT 1 AS a")
    spark.sql("CREATE OR REPLACE TABLE t AS SELECT 'x' AS b")
    assert rows(spark, "SELECT * FROM t VERSION AS OF 0") == [(1,)]
    assert [r.a for r in spark.read.option("versionAsOf", 0).table("t").collect()] == [1]
    assert rows(spark, "SELECT * FROM t") == [("x",)]


def test_create_table_as_with_common_table_expression_and_arguments(spark: SparkSession) -> None:
    spark.sql(
        "CREATE TABLE t USING DELTA COMMENT 'twos' TBLPROPERTIES ('owner' = 'me') AS "
        "WITH picked AS (SELECT id FROM range(10) WHERE id > :low) SELECT * FROM picked",
        args={"low": 7},
    )
    assert rows(spark, "SELECT * FROM t") == [(8,), (9,)]
    assert rows(spark, "SHOW TBLPROPERTIES t") == [("owner", "me")]
    assert dict(rows_of_two(spark, "DESCRIBE EXTENDED t"))["Comment"] == "twos"


def rows_of_two(spark: SparkSession, sql: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in spark.sql(sql).collect()]


def test_data_frame_writer_v2(spark: SparkSession) -> None:
    spark.range(2).writeTo("t").create()
    spark.range(3).writeTo("t").append()
    assert spark.table("t").count() == 5
    with pytest.raises(AnalysisException, match="already exists"):
        spark.range(2).writeTo("t").create()
    spark.range(1).select(functions.lit("x").alias("n")).writeTo("t").using(
        "delta"
    ).createOrReplace()
    assert rows(spark, "SELECT * FROM t") == [("x",)]


def test_merge_update_delete(spark: SparkSession) -> None:
    spark.sql("CREATE TABLE t AS SELECT id, 'old' AS state FROM range(3)")
    spark.sql(
        "MERGE INTO T AS target USING (SELECT 2 AS id UNION ALL SELECT 7) AS source "
        "ON target.id = source.id WHEN MATCHED THEN UPDATE SET state = 'merged' "
        "WHEN NOT MATCHED THEN INSERT (id, state) VALUES (source.id, 'new')"
    )
    spark.sql("UPDATE t SET state = 'zero' WHERE id = 0")
    spark.sql("DELETE FROM t WHERE id = 1")
    assert rows(spark, "SELECT * FROM t") == [(0, "zero"), (2, "merged"), (7, "new")]
    changes = spark.createDataFrame([(7,)], "id long")
    merge = changes.alias("s").mergeInto("t", functions.expr("t.id = s.id"))
    merge.whenMatched().delete().merge()
    assert rows(spark, "SELECT id FROM t") == [(0,), (2,)]


def test_partitioned_tables_keep_the_order_of_columns(
    spark: SparkSession, home: Path, schema: str
) -> None:
    frame = spark.createDataFrame([(2013, 1, "a"), (2014, 2, "b")], "year int, n int, v string")
    frame.write.partitionBy("year").saveAsTable("t")
    assert spark.table("t").columns == ["year", "n", "v"]
    assert (folder(home, schema, "t") / "year=2013").is_dir()
    frame.write.partitionBy("year").mode("append").saveAsTable("t")
    spark.sql("INSERT INTO t VALUES (2015, 3, 'c')")
    assert rows(spark, "SELECT * FROM t WHERE year > 2013") == [
        (2014, 2, "b"),
        (2014, 2, "b"),
        (2015, 3, "c"),
    ]
    assert rows(spark, "SHOW PARTITIONS t") == [("2013",), ("2014",), ("2015",)]
    assert not list((home / "warehouse" / "main" / schema).glob(".creating-*"))


def test_partitions_overwritten_dynamically(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(1, "a"), (2, "b")], "v int, day string")
    frame.write.partitionBy("day").saveAsTable("t")
    changed = spark.createDataFrame([(9, "a"), (8, "it's")], "v int, day string")
    overwrite = changed.write.mode("overwrite")
    overwrite.option("partitionOverwriteMode", "dynamic").saveAsTable("t")
    assert rows(spark, "SELECT * FROM t") == [(2, "b"), (8, "it's"), (9, "a")]
    changed.filter("v = 8").writeTo("t").overwritePartitions()
    assert rows(spark, "SELECT * FROM t") == [(2, "b"), (8, "it's"), (9, "a")]
    nothing = changed.filter("v = 0").write.mode("overwrite")
    nothing.option("partitionOverwriteMode", "dynamic").saveAsTable("t")
    assert spark.table("t").count() == 3


def test_dynamic_mode_of_the_session(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(1, "a"), (2, "b")], "v int, day string")
    frame.write.partitionBy("day").saveAsTable("t")
    key = "spark.sql.sources.partitionOverwriteMode"
    spark.conf.set(key, "dynamic")
    try:
        positional = spark.createDataFrame([(9, "a")], "x int, y string")
        positional.write.insertInto("t", overwrite=True)
        assert rows(spark, "SELECT * FROM t") == [(2, "b"), (9, "a")]
        spark.sql("INSERT OVERWRITE t SELECT 7, 'b'")
        assert rows(spark, "SELECT * FROM t") == [(7, "b"), (9, "a")]
    finally:
        spark.conf.unset(key)


def test_replace_where_keeps_the_other_rows(spark: SparkSession) -> None:
    spark.createDataFrame([(1, "a"), (2, "b")], "v int, day string").write.saveAsTable("t")
    changed = spark.createDataFrame([("a", 9)], "day string, v int")
    changed.write.mode("overwrite").option("replaceWhere", "day = 'a'").saveAsTable("t")
    assert rows(spark, "SELECT * FROM t") == [(2, "b"), (9, "a")]
    changed.write.mode("overwrite").saveAsTable("t")
    assert rows(spark, "SELECT v, day FROM t") == [(9, "a")]


def test_dynamic_overwrite_of_a_path(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(1, "a"), (2, "b")], "v int, day string")
    frame.write.format("delta").partitionBy("day").save("dbfs:/dynamic")
    changed = spark.createDataFrame([(9, "a")], "v int, day string")
    writer = changed.write.format("delta").mode("overwrite").partitionBy("day")
    writer.option("partitionOverwriteMode", "dynamic").save("dbfs:/dynamic")
    assert rows(spark, "SELECT * FROM delta.`dbfs:/dynamic`") == [(2, "b"), (9, "a")]


def test_partitioning_changes_with_overwrite_schema(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(1, "a", "x")], "v int, day string, hour string")
    frame.write.partitionBy("day").saveAsTable("t")
    with pytest.raises(PySparkException, match="partitioning"):
        frame.write.partitionBy("hour").mode("append").saveAsTable("t")
    writer = frame.write.partitionBy("hour").mode("overwrite").option("overwriteSchema", "true")
    writer.saveAsTable("t")
    assert rows(spark, "SHOW PARTITIONS t") == [("x",)]
    writer.saveAsTable("t")
    assert rows(spark, "SHOW PARTITIONS t") == [("x",)]


def test_drop_and_create_again(spark: SparkSession, home: Path, schema: str) -> None:
    spark.range(3).write.saveAsTable("t")
    spark.sql("DROP TABLE t")
    assert not folder(home, schema, "t").exists()
    assert not spark.catalog.tableExists("t")
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_NOT_FOUND"):
        spark.table("t").collect()
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_NOT_FOUND"):
        spark.sql("DROP TABLE t")
    spark.sql("DROP TABLE IF EXISTS t")
    spark.createDataFrame([("x",)], "name string").write.saveAsTable("t")
    assert rows(spark, "SELECT * FROM t") == [("x",)]


def test_names_ignore_case(spark: SparkSession, home: Path, schema: str) -> None:
    spark.range(2).write.saveAsTable(f"MAIN.{schema.upper()}.MyTable")
    assert folder(home, schema, "mytable").is_dir()
    assert spark.table("mytable").count() == 2
    assert spark.table(f"Main.{schema}.MYTABLE").count() == 2
    assert rows(spark, "SELECT count(*) FROM `MyTable` AS M WHERE m.id = 1") == [(1,)]
    spark.sql("INSERT INTO MYTABLE VALUES (5)")
    assert rows(spark, "SELECT max(MyTable.id) FROM MyTable") == [(5,)]
    assert spark.catalog.tableExists("MYTABLE")


def test_the_next_process_reads_what_this_one_wrote(
    spark: SparkSession, home: Path, schema: str
) -> None:
    spark.range(3).write.saveAsTable("t")
    spark.sql("CREATE VIEW big AS SELECT * FROM t WHERE id > 1")
    found = in_another_process(
        home,
        f"SELECT * FROM main.{schema}.t",
        f"SELECT * FROM main.{schema}.big",
        f"SHOW TABLES IN main.{schema}",
        f"USE main.{schema}",
        "CREATE TABLE from_child AS SELECT 42 AS answer",
        "CREATE OR REPLACE TABLE t AS SELECT 'replaced' AS word",
    )
    assert found[0] == [[0], [1], [2]]
    assert found[1] == [[2]]
    assert [row[1] for row in found[2]] == ["big", "t"]
    assert rows(spark, "SELECT * FROM from_child") == [(42,)]
    assert rows(spark, "SELECT * FROM t") == [("replaced",)]


def test_what_another_writer_does_is_seen(spark: SparkSession, home: Path, schema: str) -> None:
    spark.sql("CREATE TABLE t (a INT, b STRING)")
    spark.sql("INSERT INTO t VALUES (1, 'x')")
    path = folder(home, schema, "t")
    write_deltalake(path, pa.table({"c": [1.5, 2.5]}), mode="overwrite", schema_mode="overwrite")
    assert rows(spark, "SELECT * FROM t") == [(1.5,), (2.5,)]
    write_deltalake(folder(home, schema, "other"), pa.table({"n": [1]}))
    assert rows(spark, "SELECT * FROM other") == [(1,)]
    (path / "_delta_log").rename(path / "gone")
    assert not spark.catalog.tableExists("t")
    assert rows(spark, "SHOW TABLES") == [(schema, "other", False)]


def test_writers_at_the_same_time_lose_nothing(engine: SparkEngine, schema: str) -> None:
    engine.session.sql(f"CREATE TABLE main.{schema}.t (writer INT, n INT)")
    sessions = [engine.new_session() for _ in range(2)]
    errors: list[BaseException] = []

    def write(index: int) -> None:
        try:
            for n in range(5):
                sessions[index].sql(f"INSERT INTO main.{schema}.t VALUES ({index}, {n})")
        except PySparkException as exc:  # pragma: no cover - the failure under test
            errors.append(exc)

    threads = [threading.Thread(target=write, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert rows(engine.session, "SELECT * FROM t") == [(w, n) for w in range(2) for n in range(5)]


def test_threads_of_one_session_append_and_read(spark: SparkSession) -> None:
    spark.sql("CREATE TABLE t (n BIGINT)")
    with ThreadPoolExecutor(4) as pool:
        appended = pool.map(
            lambda n: spark.range(n, n + 1).toDF("n").write.mode("append").saveAsTable("t"),
            range(8),
        )
        counts = list(pool.map(lambda _: spark.table("t").count(), range(8)))
        assert list(appended) == [None] * 8
    assert all(0 <= count <= 8 for count in counts)
    assert rows(spark, "SELECT * FROM t") == [(n,) for n in range(8)]


def test_a_killed_write_leaves_no_table(spark: SparkSession, home: Path, schema: str) -> None:
    half = folder(home, schema, "t")
    (half / "_delta_log").mkdir(parents=True)
    (half / "part-0.parquet").write_bytes(b"half a file")
    assert not spark.catalog.tableExists("t")
    assert rows(spark, "SHOW TABLES") == []
    spark.range(2).write.saveAsTable("t")
    assert spark.table("t").count() == 2


def test_external_tables_outlive_their_drop(spark: SparkSession, home: Path, schema: str) -> None:
    spark.range(3).write.option("path", "dbfs:/outside/t").saveAsTable("t")
    assert (home / "dbfs/outside/t/_delta_log").is_dir()
    assert in_another_process(home, f"SELECT count(*) FROM main.{schema}.t") == [[[3]]]
    spark.sql("DROP TABLE t")
    assert not spark.catalog.tableExists("t")
    spark.sql("CREATE TABLE again USING DELTA LOCATION 'dbfs:/outside/t'")
    assert spark.table("again").count() == 3
    spark.sql("INSERT INTO again VALUES (7)")
    assert in_another_process(home, f"SELECT max(id) FROM main.{schema}.again") == [[[7]]]


def test_tables_of_other_formats_are_kept(spark: SparkSession, home: Path, schema: str) -> None:
    spark.range(3).write.format("parquet").saveAsTable("p")
    (home / "volumes/raw").mkdir(parents=True, exist_ok=True)
    (home / "volumes/raw/in.csv").write_text("a,b\n1,x\n2,y\n")
    spark.sql(
        "CREATE TABLE c (a INT, b STRING) USING CSV OPTIONS (header 'true') "
        "LOCATION '/Volumes/raw/in.csv'"
    )
    assert rows(spark, "SELECT * FROM c") == [(1, "x"), (2, "y")]
    found = in_another_process(
        home, f"SELECT count(*) FROM main.{schema}.p", f"SELECT b FROM main.{schema}.c"
    )
    assert found == [[[3]], [["x"], ["y"]]]
    spark.sql("DROP TABLE p")
    assert not folder(home, schema, "p").exists()


def test_views_keep_their_meaning_under_another_schema(spark: SparkSession, schema: str) -> None:
    spark.range(3).write.saveAsTable("t")
    spark.sql("CREATE VIEW v (n) AS SELECT count(*) FROM T")
    spark.sql("CREATE VIEW w AS SELECT n + 1 AS m FROM v")
    spark.sql("USE main.default")
    assert rows(spark, f"SELECT * FROM {schema}.w") == [(4,)]
    spark.sql(f"CREATE OR REPLACE VIEW {schema}.w AS SELECT 5 AS m")
    assert rows(spark, f"SELECT * FROM {schema}.w") == [(5,)]
    with pytest.raises(AnalysisException, match="EXPECT_TABLE_NOT_VIEW"):
        spark.sql(f"DROP TABLE {schema}.w")
    spark.sql(f"DROP VIEW {schema}.w")
    assert not spark.catalog.tableExists(f"{schema}.w")


def test_a_view_of_a_temporary_view_is_refused(spark: SparkSession) -> None:
    spark.range(1).createOrReplaceTempView("passing")
    with pytest.raises(AnalysisException, match="temporary view 'passing'"):
        spark.sql("CREATE VIEW v AS SELECT * FROM passing")


def test_a_schema_elsewhere(spark: SparkSession, home: Path) -> None:
    spark.sql("CREATE SCHEMA far LOCATION 'abfss://c@acct.dfs.core.windows.net/far'")
    spark.sql("CREATE TABLE far.t AS SELECT 1 AS a")
    assert (home / "storage/acct/c/far/t/_delta_log").is_dir()
    assert in_another_process(home, "SELECT * FROM main.far.t") == [[[1]]]
    spark.sql("DROP SCHEMA far CASCADE")
    assert not (home / "storage/acct/c/far").exists()


def test_schema_in_a_folder_with_an_odd_name(spark: SparkSession, home: Path) -> None:
    spark.sql("CREATE SCHEMA odd LOCATION 'dbfs:/with space/100% ü'")
    spark.sql("CREATE TABLE odd.t AS SELECT 1 AS a")
    path = home / "dbfs/with space/100% ü/t"
    assert DeltaTable(path).to_pyarrow_table().to_pydict() == {"a": [1]}
    assert rows(spark, "SELECT * FROM odd.t") == [(1,)]
    spark.sql("DROP SCHEMA odd CASCADE")


@pytest.mark.parametrize("name", ["`a b`", "`a/b`", "`a.b`"])
def test_names_that_no_folder_can_have(spark: SparkSession, name: str) -> None:
    with pytest.raises(AnalysisException, match="not a valid table name"):
        spark.sql(f"CREATE TABLE {name} AS SELECT 1 AS a")
