"""What ``docs/spark-support.md`` speaks of: constructs, each with code that is run and its result.

A row is a construct, the code that shows it, and what its last line must be; an expected value of
``FAILS`` says that it is refused. ``OURS`` marks what the engine lacks and Brickyard carries out.
"""

# ruff: noqa: E501, S608 - a table; its texts are its own
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FAILS = object()


@dataclass(frozen=True)
class Row:
    """One construct.

    Attributes:
        shown: As the page shows it.
        code: Statements, the last of which is an expression.
        expected: What that is.
        ours: Brickyard carries it out, wholly or in part.
    """

    shown: str
    code: str
    expected: Any
    ours: bool = False


def ours(shown: str, code: str, expected: Any) -> Row:
    """A construct that Brickyard carries out."""
    return Row(shown, code, expected, ours=True)


def refused(shown: str, code: str) -> Row:
    """A construct that the local engine lacks."""
    return Row(shown, code, FAILS)


T = "rows('SELECT * FROM t')"
OLD = [(0, "old"), (1, "old"), (2, "old")]

GROUPS: dict[str, list[Row]] = {
    "Tables": [
        ours(
            "`CREATE TABLE … AS SELECT`, three-level names",
            "sql(f'CREATE TABLE main.{schema}.u AS SELECT 1 AS a'); rows('SELECT * FROM u')",
            [(1,)],
        ),
        ours(
            "`CREATE TABLE t (…) USING delta PARTITIONED BY (…)`",
            "sql('CREATE TABLE u (a INT, d STRING) USING delta PARTITIONED BY (d)'); sql(\"INSERT INTO u VALUES (1, 'x')\"); rows('SHOW PARTITIONS u')",
            [("x",)],
        ),
        ours(
            "`CREATE OR REPLACE TABLE … AS`",
            "sql(\"CREATE OR REPLACE TABLE t AS SELECT 'x' AS other\"); rows('SELECT * FROM t')",
            [("x",)],
        ),
        ours(
            "`CREATE TABLE IF NOT EXISTS`",
            f"sql('CREATE TABLE IF NOT EXISTS t AS SELECT 1 AS a'); {T}",
            OLD,
        ),
        ours(
            "`REPLACE TABLE … AS`",
            "sql('REPLACE TABLE t AS SELECT 1 AS a'); rows('SELECT * FROM t')",
            [(1,)],
        ),
        ours(
            "`CREATE TABLE … LIKE`",
            "sql('CREATE TABLE u LIKE t'); spark.table('u').columns",
            ["id", "v"],
        ),
        ours(
            "`CREATE TABLE … DEEP CLONE`, `SHALLOW CLONE` (copied)",
            "sql('CREATE TABLE u SHALLOW CLONE t'); spark.table('u').count()",
            3,
        ),
        ours(
            "`CREATE TABLE … LOCATION 'abfss://…'`",
            "sql(\"CREATE TABLE u LOCATION 'abfss://c@support.dfs.core.windows.net/u' AS SELECT 1 AS a\"); rows('SELECT * FROM u')",
            [(1,)],
        ),
        ours(
            "`PRIMARY KEY`, `FOREIGN KEY` (told, not enforced)",
            "sql('CREATE TABLE u (a INT NOT NULL, CONSTRAINT pk PRIMARY KEY (a))'); rows('SHOW TBLPROPERTIES u')[0][1]",
            "PRIMARY KEY (a)",
        ),
        Row(
            "`GENERATED ALWAYS AS (…)`, `AS IDENTITY`",
            "sql('CREATE TABLE u (n BIGINT GENERATED ALWAYS AS IDENTITY, a INT, b INT GENERATED ALWAYS AS (a * 2))'); sql('INSERT INTO u (a) VALUES (4)'); rows('SELECT * FROM u')",
            [(1, 4, 8)],
        ),
        Row(
            "`DEFAULT`",
            "sql(\"CREATE TABLE u (a INT, b INT DEFAULT 5) TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')\"); sql('INSERT INTO u (a) VALUES (1)'); rows('SELECT * FROM u')",
            [(1, 5)],
        ),
        ours(
            "`CLUSTER BY` (no effect)",
            "sql('CREATE TABLE u (a INT) CLUSTER BY (a)'); spark.table('u').columns",
            ["a"],
        ),
        refused(
            "`delta.enableChangeDataFeed`",
            "sql('CREATE TABLE u (a INT) TBLPROPERTIES (delta.enableChangeDataFeed = true)')",
        ),
        ours(
            "`DROP TABLE [IF EXISTS]`",
            "sql('DROP TABLE t'); sql('DROP TABLE IF EXISTS t'); spark.catalog.tableExists('t')",
            False,
        ),
        refused("`UNDROP TABLE`", "sql('UNDROP TABLE t')"),
        ours(
            "`ALTER TABLE … RENAME TO`",
            "sql('ALTER TABLE t RENAME TO u'); spark.table('u').count()",
            3,
        ),
        ours(
            "`ALTER TABLE … ADD COLUMNS`",
            "sql('ALTER TABLE t ADD COLUMNS (n INT)'); spark.table('t').columns",
            ["id", "v", "n"],
        ),
        refused("`ALTER TABLE … DROP COLUMN`", "sql('ALTER TABLE t DROP COLUMN v')"),
        refused("`ALTER TABLE … RENAME COLUMN`", "sql('ALTER TABLE t RENAME COLUMN v TO w')"),
        ours(
            "`ALTER TABLE … ALTER COLUMN … COMMENT`, `COMMENT ON TABLE`, `COLUMN`",
            "sql(\"COMMENT ON COLUMN t.id IS 'key'\"); rows('DESCRIBE t')[0][2]",
            "key",
        ),
        refused("`COMMENT ON SCHEMA`", "sql(\"COMMENT ON SCHEMA main.default IS 'x'\")"),
        ours(
            "`ALTER TABLE … SET TBLPROPERTIES`",
            "sql(\"ALTER TABLE t SET TBLPROPERTIES ('k' = 'v')\"); rows('SHOW TBLPROPERTIES t')",
            [("k", "v")],
        ),
        refused(
            "`ALTER TABLE … UNSET TBLPROPERTIES`",
            "sql(\"ALTER TABLE t UNSET TBLPROPERTIES ('k')\")",
        ),
        ours(
            "`ALTER TABLE … ADD CONSTRAINT … CHECK`",
            "sql('ALTER TABLE t ADD CONSTRAINT c CHECK (id >= 0)'); True",
            True,
        ),
        refused("`ALTER TABLE … SET TAGS`", "sql(\"ALTER TABLE t SET TAGS ('a' = 'b')\")"),
        ours("`TRUNCATE TABLE`", f"sql('TRUNCATE TABLE t'); {T}", []),
    ],
    "Changing rows": [
        Row(
            "`INSERT INTO … VALUES`, `SELECT`, `TABLE`",
            "sql(\"INSERT INTO t VALUES (9, 'x')\"); sql('INSERT INTO t TABLE t'); spark.table('t').count()",
            8,
        ),
        ours(
            "`INSERT` answers `num_affected_rows`, `num_inserted_rows`",
            "rows(\"INSERT INTO t VALUES (9, 'x')\")",
            [(1, 1)],
        ),
        ours(
            "`INSERT INTO t (columns)`, others null",
            "sql('INSERT INTO t (id) VALUES (7)'); rows('SELECT * FROM t WHERE id = 7')",
            [(7, None)],
        ),
        Row(
            "`INSERT … BY NAME`",
            "sql(\"INSERT INTO t BY NAME SELECT 'n' AS v, 7L AS id\"); rows('SELECT v FROM t WHERE id = 7')",
            [("n",)],
        ),
        Row("`INSERT OVERWRITE`", f"sql(\"INSERT OVERWRITE t SELECT 5, 'x'\"); {T}", [(5, "x")]),
        ours(
            "`INSERT INTO/OVERWRITE … PARTITION (d = 'x')`",
            "part(); sql(\"INSERT OVERWRITE p PARTITION (d = 'x') SELECT 9\"); rows('SELECT * FROM p')",
            [(2, "y"), (9, "x")],
        ),
        ours(
            "`INSERT OVERWRITE` in dynamic mode",
            "part(); conf('spark.sql.sources.partitionOverwriteMode', 'dynamic'); sql(\"INSERT OVERWRITE p SELECT 9, 'x'\"); rows('SELECT * FROM p')",
            [(2, "y"), (9, "x")],
        ),
        ours(
            "`INSERT INTO … REPLACE WHERE`",
            "sql(\"INSERT INTO t REPLACE WHERE id > 0 SELECT 7, 'x'\"); rows('SELECT id FROM t')",
            [(0,), (7,)],
        ),
        ours(
            "`INSERT INTO` delta.`path`",
            "spark.range(1).write.format('delta').save(path); sql(f'INSERT INTO delta.`{path}` VALUES (5)'); spark.read.load(path).count()",
            2,
        ),
        ours(
            "`UPDATE` with the count of rows",
            "rows(\"UPDATE t SET v = 'new' WHERE id > 0\")",
            [(2,)],
        ),
        ours("`DELETE` with the count of rows", "rows('DELETE FROM t WHERE id > 0')", [(2,)]),
        refused("`DELETE` with a subquery", "sql('DELETE FROM t WHERE id IN (SELECT 1)')"),
        ours(
            "`MERGE` with every kind of clause",
            "source(); rows(\"MERGE INTO t USING s ON t.id = s.id WHEN MATCHED AND s.v = 'gone' THEN DELETE WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT * WHEN NOT MATCHED BY SOURCE THEN UPDATE SET v = 'alone'\")",
            [(4, 2, 1, 1)],
        ),
        Row(
            "`MERGE WITH SCHEMA EVOLUTION`",
            "sql('MERGE WITH SCHEMA EVOLUTION INTO t USING (SELECT 9L AS id, 1 AS n) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT *'); spark.table('t').columns",
            ["id", "v", "n"],
        ),
        refused("`COPY INTO`", "sql(\"COPY INTO t FROM '/Volumes/x' FILEFORMAT = CSV\")"),
        ours(
            "`DeltaTable.forName(…).merge(…)`, `update`, `delete`, `history`, `restoreToVersion`",
            "from delta.tables import DeltaTable; d = DeltaTable.forName(spark, 't'); d.delete('id = 0'); d.merge(d.toDF().alias('s'), 't.id = s.id').whenMatchedUpdate(set={'v': \"'m'\"}).execute(); d.update('id = 1', {'v': \"'u'\"}); rows('SELECT * FROM t')",
            [(1, "u"), (2, "m")],
        ),
        refused(
            "`DeltaTable.convertToDelta`",
            "from delta.tables import DeltaTable; DeltaTable.convertToDelta(spark, 'parquet.`/x`')",
        ),
    ],
    "Versions and upkeep": [
        Row(
            "`VERSION AS OF`, `TIMESTAMP AS OF`",
            "sql('DELETE FROM t'); rows('SELECT count(*) FROM t VERSION AS OF 0')",
            [(3,)],
        ),
        ours(
            "`t@v0`, `load('/path@v0')`",
            "sql('DELETE FROM t'); rows('SELECT count(*) FROM t@v0')",
            [(3,)],
        ),
        Row(
            "option `versionAsOf`, `timestampAsOf`",
            "sql('DELETE FROM t'); spark.read.option('versionAsOf', 0).table('t').count()",
            3,
        ),
        ours(
            "`RESTORE`",
            f"sql('DELETE FROM t'); sql('RESTORE TABLE t TO VERSION AS OF 0'); {T}",
            OLD,
        ),
        ours(
            "`DESCRIBE HISTORY`, `DESCRIBE DETAIL`",
            "[sql('DESCRIBE HISTORY t').count(), sql('DESCRIBE DETAIL t').collect()[0].format]",
            [1, "delta"],
        ),
        refused(
            "change data feed: option `readChangeFeed`",
            "spark.read.option('readChangeFeed', 'true').table('t').count()",
        ),
        refused(
            "change data feed: `table_changes`", "sql(\"SELECT * FROM table_changes('t', 0)\")"
        ),
        ours(
            "`OPTIMIZE [ZORDER BY]`, `VACUUM`",
            "sql('OPTIMIZE t ZORDER BY (id)'); sql('VACUUM t').columns",
            ["path"],
        ),
        refused("`OPTIMIZE … WHERE`", "sql('OPTIMIZE t WHERE id = 1')"),
        ours(
            "`CACHE TABLE`, `UNCACHE`, `ANALYZE`, `REFRESH`, `MSCK REPAIR` (no effect)",
            "sql('CACHE TABLE t'); sql('ANALYZE TABLE t COMPUTE STATISTICS'); sql('REFRESH TABLE t'); spark.catalog.isCached('t')",
            True,
        ),
        refused("`FSCK REPAIR TABLE`", "sql('FSCK REPAIR TABLE t')"),
        refused("`REORG TABLE`", "sql('REORG TABLE t APPLY (PURGE)')"),
        refused("`CONVERT TO DELTA`", "sql('CONVERT TO DELTA parquet.`/x`')"),
    ],
    "Catalogs, schemas, views": [
        ours(
            "`USE CATALOG`, `USE SCHEMA`, `current_catalog()`",
            "sql('USE CATALOG main'); rows('SELECT current_catalog()')",
            [("main",)],
        ),
        ours(
            "`CREATE SCHEMA [LOCATION]`, `DROP SCHEMA CASCADE`",
            "sql('CREATE SCHEMA other_support'); sql('DROP SCHEMA other_support CASCADE'); spark.catalog.databaseExists('other_support')",
            False,
        ),
        refused("`CREATE CATALOG`", "sql('CREATE CATALOG fresh')"),
        refused("`DROP CATALOG`", "sql('DROP CATALOG fresh')"),
        ours(
            "`CREATE VOLUME`, `DROP VOLUME`",
            "sql('CREATE VOLUME IF NOT EXISTS files'); sql('DROP VOLUME files'); True",
            True,
        ),
        ours(
            "`CREATE VIEW`, `ALTER VIEW AS`, `RENAME TO`",
            "sql('CREATE VIEW w AS SELECT id FROM t'); sql('ALTER VIEW w AS SELECT 7 AS n'); rows('SELECT * FROM w')",
            [(7,)],
        ),
        Row(
            "temporary and global temporary views",
            "sql('CREATE OR REPLACE GLOBAL TEMP VIEW g AS SELECT 1 AS a'); rows('SELECT * FROM global_temp.g')",
            [(1,)],
        ),
        refused(
            "materialized views, streaming tables", "sql('CREATE MATERIALIZED VIEW w AS SELECT 1')"
        ),
        ours(
            "`SHOW TABLES`, `SCHEMAS`, `COLUMNS`, `TBLPROPERTIES`, `PARTITIONS`, `CREATE TABLE`",
            "rows('SHOW TABLES')[0][1]",
            "t",
        ),
        refused("`SHOW TABLE EXTENDED`", "sql(\"SHOW TABLE EXTENDED LIKE 't'\")"),
        ours(
            "`DESCRIBE [EXTENDED]` a table, a column",
            "rows('DESCRIBE t id')[2]",
            ("data_type", "bigint"),
        ),
        refused("`information_schema`", "rows('SELECT * FROM main.information_schema.tables')"),
        ours(
            "`spark.catalog`: list, get, exists, create, drop, cache, refresh",
            "[c.name for c in spark.catalog.listColumns('t')]",
            ["id", "v"],
        ),
        refused("`GRANT`, `REVOKE`, `SHOW GRANTS`", "sql('GRANT SELECT ON TABLE t TO `someone`')"),
        refused(
            "`CREATE FUNCTION` in SQL", "sql('CREATE FUNCTION f(x INT) RETURNS INT RETURN x + 1')"
        ),
        ours(
            "`SET`, `RESET`, `SET TIME ZONE`",
            "sql('SET my.key = 1'); sql('RESET my.key'); rows('SET my.key')",
            [("my.key", "<undefined>")],
        ),
        ours(
            "`spark.conf.get` of an unknown key raises `SQL_CONF_NOT_FOUND`",
            "spark.conf.get('spark.nosuch', 'default')",
            "default",
        ),
        refused("`DECLARE VARIABLE`", "sql('DECLARE VARIABLE x INT')"),
        refused("`EXECUTE IMMEDIATE`", "sql(\"EXECUTE IMMEDIATE 'SELECT 1'\")"),
        refused("SQL scripts (`BEGIN … END`)", "sql('BEGIN SELECT 1; END')"),
    ],
    "Queries": [
        Row(
            "common table expressions, subqueries in `WHERE`",
            "rows('WITH x AS (SELECT 1 AS a) SELECT a FROM x WHERE a IN (SELECT 1)')",
            [(1,)],
        ),
        Row(
            "parameters (`args=`), `IDENTIFIER(:t)`",
            "spark.sql('SELECT count(*) FROM IDENTIFIER(:t) WHERE id > :low', args={'t': 't', 'low': 0}).collect()[0][0]",
            2,
        ),
        Row(
            "a data frame in SQL: `spark.sql('… {df}', df=df)`",
            "spark.sql('SELECT count(*) FROM {df}', df=spark.range(4)).collect()[0][0]",
            4,
        ),
        Row(
            "window functions",
            "rows('SELECT id, row_number() OVER (ORDER BY id DESC) FROM range(2)')",
            [(0, 2), (1, 1)],
        ),
        Row(
            "`GROUPING SETS`, `CUBE`, `ROLLUP`, `FILTER (WHERE …)`",
            "rows('SELECT count(*) FILTER (WHERE id > 0) FROM range(3)')",
            [(2,)],
        ),
        Row(
            "`LATERAL VIEW explode`, `posexplode`, `inline`",
            "rows('SELECT x FROM (SELECT array(1, 2) AS a) LATERAL VIEW explode(a) AS x')",
            [(1,), (2,)],
        ),
        Row(
            "`UNPIVOT`",
            "rows('SELECT v FROM (SELECT 1 AS a, 2 AS b) UNPIVOT (v FOR n IN (a, b))')",
            [(1,), (2,)],
        ),
        refused(
            "`PIVOT` in SQL",
            "sql(\"SELECT * FROM (SELECT 'a' AS k, 1 AS v) PIVOT (sum(v) FOR k IN ('a'))\")",
        ),
        refused(
            "`QUALIFY`",
            "sql('SELECT id FROM range(3) QUALIFY row_number() OVER (ORDER BY id) = 1')",
        ),
        refused("`GROUP BY ALL`", "sql('SELECT id, count(*) FROM range(3) GROUP BY ALL')"),
        refused("a column's alias in the same `SELECT`", "rows('SELECT 1 AS a, a + 1 AS b')"),
        refused("`SELECT * EXCEPT (…)`", "sql('SELECT * EXCEPT (v) FROM t')"),
        refused("`TABLESAMPLE`", "sql('SELECT * FROM t TABLESAMPLE (10 ROWS)')"),
        refused("`WITH RECURSIVE`", "sql('WITH RECURSIVE r AS (SELECT 1) SELECT * FROM r')"),
        refused("pipe syntax", "sql('SELECT 1 AS a |> WHERE a > 0')"),
        refused("`column:path` of JSON text", "rows('SELECT j:a FROM (SELECT \\'{}\\' AS j)')"),
        refused("`read_files`", "sql(\"SELECT * FROM read_files('/x')\")"),
        Row(
            "higher-order functions: `transform`, `filter`, `aggregate`, `exists`",
            "rows('SELECT transform(array(1, 2), x -> x + 1)')",
            [([2, 3],)],
        ),
        refused(
            "`zip_with`, `transform_keys`, `transform_values`, `map_zip_with`",
            "rows('SELECT zip_with(array(1), array(2), (a, b) -> a + b)')",
        ),
        Row(
            "`from_json`, `to_json`, `get_json_object`, `parse_json`",
            "rows('SELECT get_json_object(\\'{\"a\": 1}\\', \\'$.a\\')')",
            [("1",)],
        ),
        ours(
            "`percentile_approx` (exact here)",
            "rows('SELECT percentile_approx(id, array(0.25, 0.5)) FROM range(101)')",
            [([25, 50],)],
        ),
        Row(
            "ANSI errors of casts and of division by zero",
            "conf('spark.sql.ansi.enabled', 'false'); rows(\"SELECT CAST('x' AS INT)\")",
            [(None,)],
        ),
        refused("`input_file_name()`", 'sql("SELECT input_file_name() FROM t")'),
    ],
    "Data frames": [
        ours(
            "`saveAsTable` in every mode, `partitionBy`, `mergeSchema`, `overwriteSchema`",
            "spark.range(1).selectExpr('id', '1 AS n').write.mode('append').option('mergeSchema', 'true').saveAsTable('t'); spark.table('t').columns",
            ["id", "v", "n"],
        ),
        ours(
            "appends with columns missing, or in another case",
            "spark.range(7, 8).toDF('ID').write.mode('append').saveAsTable('t'); rows('SELECT * FROM t WHERE id = 7')",
            [(7, None)],
        ),
        ours(
            "`replaceWhere`, checked against the rows",
            "spark.sql(\"SELECT 2L AS id, 'x' AS v\").write.mode('overwrite').option('replaceWhere', 'id = 2').saveAsTable('t'); rows('SELECT v FROM t WHERE id = 2')",
            [("x",)],
        ),
        ours(
            "`partitionOverwriteMode=dynamic`, `overwritePartitions`",
            "part(); spark.sql(\"SELECT 9 AS a, 'x' AS d\").writeTo('p').overwritePartitions(); rows('SELECT * FROM p')",
            [(2, "y"), (9, "x")],
        ),
        refused(
            "the same for Parquet files",
            "spark.range(1).write.partitionBy('id').mode('overwrite').option('partitionOverwriteMode', 'dynamic').parquet(path)",
        ),
        ours(
            "`writeTo`: create, append, replace, `tableProperty`, `overwrite(condition)`",
            "spark.range(2).writeTo('u').tableProperty('k', 'v').create(); rows('SHOW TBLPROPERTIES u')",
            [("k", "v")],
        ),
        Row(
            "`insertInto`, by position",
            "spark.sql(\"SELECT 5L AS x, 'y' AS y\").write.insertInto('t'); spark.table('t').count()",
            4,
        ),
        Row(
            "CSV, JSON, Parquet, text: read and write",
            "spark.range(2).write.option('header', True).csv(path); spark.read.option('header', True).csv(path).count()",
            2,
        ),
        ours(
            "partitioned folders: column types inferred",
            "spark.sql('SELECT 1 AS a, 2024 AS y').write.partitionBy('y').parquet(path); spark.read.parquet(path).dtypes",
            [("a", "int"), ("y", "int")],
        ),
        ours(
            "`binaryFile`, `pathGlobFilter`, `recursiveFileLookup`, patterns",
            "file('f.bin'); spark.read.format('binaryFile').option('pathGlobFilter', '*.bin').load('dbfs:/support').collect()[0].path",
            "dbfs:/support/f.bin",
        ),
        refused(
            "CSV option `nullValue`",
            "file('f.csv'); spark.read.option('nullValue', 'NA').csv('dbfs:/support/f.csv').count()",
        ),
        refused(
            "CSV options `dateFormat`, `timestampFormat`",
            "file('f.csv'); spark.read.option('dateFormat', 'dd/MM/yyyy').csv('dbfs:/support/f.csv').count()",
        ),
        refused(
            "CSV mode `DROPMALFORMED`",
            "file('f.csv'); spark.read.option('mode', 'DROPMALFORMED').csv('dbfs:/support/f.csv').count()",
        ),
        refused(
            "JSON option `multiLine`",
            "file('f.json'); spark.read.option('multiLine', True).json('dbfs:/support/f.json').count()",
        ),
        refused(
            "option `basePath`",
            "spark.range(1).write.parquet(path); spark.read.option('basePath', path).parquet(path).count()",
        ),
        refused("ORC", "spark.range(1).write.parquet(path); spark.read.orc(path).count()"),
        refused(
            "XML",
            "file('f.xml'); spark.read.option('rowTag', 'b').format('xml').load('dbfs:/support/f.xml').count()",
        ),
        refused("Avro: write", "spark.range(1).write.format('avro').save(path)"),
        refused(
            "JDBC",
            "spark.read.format('jdbc').option('url', 'jdbc:x').option('dbtable', 't').load().count()",
        ),
        refused(
            "`_metadata.file_path`", "spark.table('t').select('_metadata.file_path').collect()"
        ),
        Row(
            "`createDataFrame` from pandas, Arrow, rows; `toPandas`, `toArrow`",
            "spark.createDataFrame(pd.DataFrame({'a': [1]})).toPandas().shape",
            (1, 1),
        ),
        ours(
            "pandas API (`pandas_api()`, `pyspark.pandas`)",
            "int(spark.range(3).pandas_api()['id'].sum())",
            3,
        ),
        Row(
            "joins, `pivot`, `unpivot`, `na`, `sampleBy`, `randomSplit`",
            "spark.range(4).selectExpr('id % 2 AS k', 'id').groupBy('k').pivot('k').sum('id').count()",
            2,
        ),
        ours(
            "`describe`, `summary` in Spark's order, with any percentile",
            "[row.summary for row in spark.range(4).summary('max', '33%').collect()]",
            ["max", "33%"],
        ),
        ours(
            "`approxQuantile`, `freqItems` (exact here)",
            "spark.range(1, 101).approxQuantile('id', [0.5], 0.1)",
            [50.0],
        ),
        Row(
            "`crosstab`, `corr`, `cov`",
            "round(spark.range(4).selectExpr('id', 'id * 2 AS m').stat.corr('id', 'm'), 6)",
            1.0,
        ),
        Row("`cache`, `persist`", "spark.range(3).cache().count()", 3),
        ours("`checkpoint`, `localCheckpoint`", "spark.range(3).checkpoint().count()", 3),
        refused(
            "`observe`",
            "from pyspark.sql import Observation; spark.range(3).observe(Observation('o'), F.count('*').alias('c')).collect()",
        ),
        refused("`sparkContext`, `df.rdd` (as on shared clusters)", "spark.range(1).rdd"),
    ],
    "User functions, ML, streams": [
        Row(
            "Python functions, `spark.udf.register`",
            "spark.udf.register('inc', lambda x: x + 1, 'long'); rows('SELECT inc(id) FROM range(1)')",
            [(1,)],
        ),
        Row(
            "pandas functions of columns",
            "spark.range(2).select(F.pandas_udf(lambda s: s + 1, 'long')('id')).collect()[1][0]",
            2,
        ),
        Row(
            "`applyInPandas`, `applyInArrow`, `mapInPandas`, `mapInArrow`, `cogroup`",
            "spark.range(4).selectExpr('id % 2 AS k').groupBy('k').applyInPandas(lambda d: d.head(1), 'k long').count()",
            2,
        ),
        Row(
            "table functions (`udtf`)",
            "F.udtf(type('U', (), {'eval': lambda self, n: iter([(n,)])}), returnType='n int')(F.lit(3)).collect()[0].n",
            3,
        ),
        refused(
            "`pyspark.ml` on data frames",
            "from pyspark.ml.feature import VectorAssembler; VectorAssembler(inputCols=['id'], outputCol='f').transform(spark.range(1)).collect()",
        ),
        refused(
            "streams into Delta tables",
            "spark.readStream.table('t').writeStream.option('checkpointLocation', path).trigger(availableNow=True).toTable('u')",
        ),
        refused(
            "`foreachBatch`",
            "spark.readStream.table('t').writeStream.foreachBatch(print).trigger(availableNow=True).start()",
        ),
        refused(
            "Auto Loader (`cloudFiles`)",
            "spark.readStream.format('cloudFiles').option('cloudFiles.format', 'json').load('/x').isStreaming",
        ),
        refused("`addArtifact`", "file('m.py'); spark.addArtifact(local('m.py'), pyfile=True)"),
    ],
}
