"""Statements that the engine lacks or that mean something else here, by real SQL."""

# ruff: noqa: S608 - every name in these statements is the test's own
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql.connect.session import SparkSession

from brickyard.runtime.spark import UnsupportedSqlError
from tests.runtime.spark.test_spark_tables import in_another_process


def rows(spark: SparkSession, sql: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in spark.sql(sql).collect()), key=repr)


def test_the_current_schema(spark: SparkSession, schema: str) -> None:
    spark.sql("CREATE TABLE here AS SELECT 1 AS a")
    assert rows(spark, "SELECT current_catalog(), current_database()") == [("main", schema)]
    spark.sql("USE CATALOG hive_metastore")
    assert rows(spark, "SELECT current_catalog(), current_schema()") == [
        ("hive_metastore", "default")
    ]
    spark.sql("CREATE OR REPLACE TABLE legacy AS SELECT 2 AS a")
    assert rows(spark, "SELECT * FROM spark_catalog.default.legacy") == [(2,)]
    for statement in (f"USE MAIN.{schema.upper()}", "USE SCHEMA default", f"USE DATABASE {schema}"):
        spark.sql(statement)
    assert rows(spark, "SELECT * FROM here") == [(1,)]
    spark.catalog.setCurrentDatabase("default")
    assert spark.catalog.currentDatabase() == "default"
    assert rows(spark, f"SELECT * FROM {schema}.here") == [(1,)]
    spark.catalog.setCurrentCatalog("hive_metastore")
    assert spark.catalog.currentCatalog() == "hive_metastore"
    spark.sql("SET CATALOG main")
    assert spark.catalog.currentCatalog() == "main"


def test_unknown_schemas_and_catalogs_are_named(spark: SparkSession, schema: str) -> None:
    with pytest.raises(AnalysisException, match=r"SCHEMA_NOT_FOUND.*`nosuch`"):
        spark.sql("USE nosuch")
    with pytest.raises(AnalysisException, match=rf"Did you mean '{schema}'"):
        spark.range(1).write.saveAsTable(f"main.{schema}x.t")
    with pytest.raises(AnalysisException, match=r"CATALOG_NOT_FOUND.*Did you mean 'main'"):
        spark.sql("USE CATALOG mian")
    assert rows(spark, "SELECT current_database()") == [(schema,)]


def test_schemas_come_and_go(spark: SparkSession, home: Path) -> None:
    assert spark.sql("CREATE SCHEMA IF NOT EXISTS main.coming").columns == []
    spark.sql("CREATE DATABASE IF NOT EXISTS coming")
    with pytest.raises(AnalysisException, match="SCHEMA_ALREADY_EXISTS"):
        spark.sql("CREATE SCHEMA coming")
    assert (home / "warehouse/main/coming").is_dir()
    assert "coming" in [row[0] for row in spark.sql("SHOW SCHEMAS IN main").collect()]
    assert "coming" in [database.name for database in spark.catalog.listDatabases()]
    assert spark.catalog.databaseExists("coming")
    spark.sql("CREATE TABLE coming.t AS SELECT 1 AS a")
    with pytest.raises(AnalysisException, match="CASCADE"):
        spark.sql("DROP SCHEMA coming")
    spark.sql("DROP SCHEMA coming CASCADE")
    assert not (home / "warehouse/main/coming").exists()
    assert not spark.catalog.databaseExists("coming")
    spark.sql("DROP SCHEMA IF EXISTS coming")
    with pytest.raises(AnalysisException, match="SCHEMA_NOT_FOUND"):
        spark.sql("DROP SCHEMA coming")


def test_a_new_catalog_needs_a_new_run(spark: SparkSession, home: Path) -> None:
    spark.sql("CREATE CATALOG IF NOT EXISTS main")
    with pytest.raises(UnsupportedSqlError, match="Make the folder warehouse/fresh in the"):
        spark.sql("CREATE CATALOG fresh")
    (home / "warehouse" / "fresh").mkdir()  # what the error advises
    made = in_another_process(
        home,
        "CREATE SCHEMA fresh.s",
        "CREATE TABLE fresh.s.t AS SELECT 7 AS a",
        "SELECT a FROM fresh.s.t",
    )
    assert made[-1] == [[7]]


def test_show_and_describe(spark: SparkSession, schema: str) -> None:
    spark.sql("CREATE TABLE t (a INT COMMENT 'first' NOT NULL, b STRING) PARTITIONED BY (b)")
    spark.range(1).createOrReplaceTempView("Passing")
    assert rows(spark, "SHOW TABLES") == [("", "passing", True), (schema, "t", False)]
    assert rows(spark, f"SHOW TABLES IN {schema} LIKE 'x*'") == []
    described = [tuple(row) for row in spark.sql("DESCRIBE t").collect()]
    assert described == [
        ("a", "int", "first"),
        ("b", "string", None),
        ("# Partition Information", "", ""),
        ("# col_name", "data_type", "comment"),
        ("b", "string", None),
    ]
    assert [tuple(row) for row in spark.sql("DESC TABLE t").collect()] == described
    extended = {row[0]: row[1] for row in spark.sql(f"DESCRIBE EXTENDED main.{schema}.t").collect()}
    assert extended["Table"] == "t"
    assert extended["Provider"] == "delta"
    assert rows(spark, "SHOW COLUMNS IN t") == [("a",), ("b",)]
    assert spark.sql("DESCRIBE QUERY SELECT 1 AS n").collect()[0][0] == "n"
    spark.catalog.dropTempView("passing")
    assert rows(spark, "SHOW TABLES") == [(schema, "t", False)]


def test_the_catalog_api(spark: SparkSession, schema: str) -> None:
    spark.sql("CREATE TABLE t (a INT COMMENT 'first', b STRING) PARTITIONED BY (b)")
    spark.sql("CREATE VIEW v AS SELECT 1 AS one")
    assert spark.catalog.tableExists(f"main.{schema}.t")
    assert spark.catalog.tableExists("T")
    assert not spark.catalog.tableExists("nosuch")
    found = {table.name: table.tableType for table in spark.catalog.listTables()}
    assert found == {"t": "MANAGED", "v": "VIEW"}
    columns = spark.catalog.listColumns("t")
    assert [(c.name, c.dataType, c.description, c.isPartition) for c in columns] == [
        ("a", "int", "first", False),
        ("b", "string", None, True),
    ]
    assert spark.catalog.getTable("t").tableType == "MANAGED"
    spark.catalog.createTable("made", schema=spark.range(1).schema)
    assert spark.table("made").columns == ["id"]


def test_history_and_detail(spark: SparkSession, schema: str) -> None:
    spark.sql("CREATE TABLE t AS SELECT 1 AS a")
    spark.sql("INSERT INTO t VALUES (2)")
    history = spark.sql("DESCRIBE HISTORY t")
    assert [row.version for row in history.select("version").collect()] == [1, 0]
    assert history.filter("operation = 'WRITE'").count() >= 1
    assert spark.sql("DESCRIBE HISTORY t LIMIT 1").count() == 1
    detail = spark.sql(f"DESCRIBE DETAIL main.{schema}.t").collect()[0]
    assert (detail.format, detail.name, detail.numFiles) == ("delta", f"main.{schema}.t", 2)
    assert detail.sizeInBytes > 0
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_NOT_FOUND"):
        spark.sql("DESCRIBE HISTORY nosuch")


def test_optimize_and_vacuum(spark: SparkSession) -> None:
    spark.sql("CREATE TABLE t (a INT)")
    for n in range(3):
        spark.sql(f"INSERT INTO t VALUES ({n})")
    assert spark.sql("OPTIMIZE t ZORDER BY (a)").columns == ["path", "metrics"]
    assert spark.sql("DESCRIBE DETAIL t").collect()[0].numFiles == 1
    assert rows(spark, "SELECT * FROM t") == [(0,), (1,), (2,)]
    assert spark.sql("VACUUM t").count() == 1
    spark.conf.set("spark.databricks.delta.retentionDurationCheck.enabled", "false")
    assert spark.sql("VACUUM t RETAIN 0 HOURS DRY RUN").count() == 3
    spark.sql("TRUNCATE TABLE t")
    assert spark.table("t").count() == 0
    with pytest.raises(UnsupportedSqlError, match="WHERE"):
        spark.sql("OPTIMIZE t WHERE a = 1")


def test_alter_and_comment_stay_with_the_table(spark: SparkSession) -> None:
    spark.sql("CREATE TABLE t AS SELECT 1 AS a")
    spark.sql("ALTER TABLE t SET TBLPROPERTIES ('owner' = 'me', delta.appendOnly = false)")
    assert ("owner", "me") in rows(spark, "SHOW TBLPROPERTIES t")
    spark.sql("ALTER TABLE t ADD COLUMNS (b DECIMAL(10, 2) COMMENT 'second', c MAP<STRING, INT>)")
    spark.sql("ALTER TABLE t ADD COLUMN d STRING")
    spark.sql("INSERT INTO t VALUES (2, 1.25, map('k', 3), 'x')")
    assert rows(spark, "SELECT a, cast(b AS DOUBLE), c['k'], d FROM t") == [
        (1, None, None, None),
        (2, 1.25, 3, "x"),
    ]
    assert ("b", "decimal(10,2)", "second") in rows(spark, "DESCRIBE t")
    spark.sql("COMMENT ON TABLE t IS 'two rows'")
    extended = {row[0]: row[1] for row in spark.sql("DESCRIBE EXTENDED t").collect()}
    assert extended["Comment"] == "two rows"
    spark.sql("COMMENT ON COLUMN t.d IS 'fourth'")
    spark.sql("ALTER TABLE t ALTER COLUMN a COMMENT 'first'")
    assert {("a", "int", "first"), ("d", "string", "fourth")} <= set(rows(spark, "DESCRIBE t"))
    spark.sql("ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0)")
    with pytest.raises(AnalysisException, match="positive"):
        spark.sql("INSERT INTO t (a) VALUES (-1)")
    spark.sql("ALTER TABLE t DROP CONSTRAINT positive")
    spark.sql("ALTER TABLE t RENAME TO u")
    assert not spark.catalog.tableExists("t")
    assert spark.table("u").count() == 2
    with pytest.raises(UnsupportedSqlError, match="ALTER TABLE … RENAME COLUMN"):
        spark.sql("ALTER TABLE u RENAME COLUMN a TO b")


def test_set(spark: SparkSession) -> None:
    spark.sql("SET spark.my.key = some value")
    assert spark.conf.get("spark.my.key") == "some value"
    assert rows(spark, "SET spark.my.key") == [("spark.my.key", "some value")]
    assert rows(spark, "SET spark.not.there") == [("spark.not.there", "<undefined>")]


def test_temporary_views_ignore_case_and_hide_tables(spark: SparkSession) -> None:
    spark.sql("CREATE TABLE both AS SELECT 'table' AS what")
    spark.createDataFrame([("view",)], "what string").createOrReplaceTempView("Both")
    assert rows(spark, "SELECT * FROM BOTH") == [("view",)]
    assert [r.what for r in spark.table("bOth").collect()] == ["view"]
    spark.sql("DROP VIEW both")
    assert rows(spark, "SELECT * FROM both") == [("table",)]
    spark.sql("CREATE TEMPORARY VIEW Named AS SELECT * FROM both")
    assert rows(spark, "SELECT * FROM named") == [("table",)]
    spark.range(2).createOrReplaceGlobalTempView("Everywhere")
    assert rows(spark, "SELECT count(*) FROM global_temp.everywhere") == [(2,)]


def test_tables_named_in_odd_places(spark: SparkSession, schema: str) -> None:
    spark.sql("CREATE TABLE T1 AS SELECT 1 AS a")
    spark.sql("CREATE TABLE T2 AS SELECT 2 AS a")
    statements = [
        "SELECT x.a FROM T1 x, T2 y WHERE x.a < y.a",
        "SELECT a FROM T1 WHERE EXISTS (SELECT 1 FROM T2 WHERE T2.a > T1.a)",
        "WITH T2 AS (SELECT * FROM T1) SELECT a FROM T2",
        "SELECT a FROM (SELECT * FROM T1 UNION ALL SELECT 9) WHERE a < (SELECT max(a) FROM T2)",
        f"SELECT a FROM IDENTIFIER('main.{schema}.T1')",
        "/* FROM nowhere */ SELECT a -- FROM nowhere\nFROM T1",
        "SELECT a FROM T1 LEFT SEMI JOIN T2 ON T1.a + 1 = T2.a",
    ]
    for statement in statements:
        assert rows(spark, statement) == [(1,)], statement
    assert rows(spark, "SELECT 'FROM T1' AS text, \"it''s\" AS other")[0][0] == "FROM T1"
    joined = spark.sql("SELECT * FROM {frame} JOIN T2 USING (a)", frame=spark.table("T2"))
    assert [tuple(row) for row in joined.collect()] == [(2,)]


def test_approximate_quantiles(spark: SparkSession) -> None:
    frame = spark.range(1, 101).selectExpr("id", "CASE WHEN id > 50 THEN id * 2.0D END AS x")
    assert frame.approxQuantile("id", [0.0, 0.25, 0.5, 1.0], 0.0) == [1.0, 25.0, 50.0, 100.0]
    assert frame.approxQuantile(["id", "x"], [0.5], 0.1) == [[50.0], [150.0]]
    assert frame.filter("id < 0").approxQuantile("id", [0.5], 0.0) == []


def test_errors_of_the_engine_stay_sparks_own(spark: SparkSession) -> None:
    with pytest.raises(AnalysisException, match="nosuch"):
        spark.sql("SELECT nosuch FROM range(1)").collect()
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_NOT_FOUND"):
        _ = spark.table("main.nosuch.t").schema
