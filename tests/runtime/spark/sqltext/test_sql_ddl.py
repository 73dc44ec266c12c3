from __future__ import annotations

from brickyard.runtime.spark.sqltext.ddl import (
    parse_create_schema,
    parse_create_table,
    parse_create_view,
    split_list,
)


def test_create_table_with_everything() -> None:
    found = parse_create_table(
        "CREATE OR REPLACE TABLE IF NOT EXISTS a.`b` (x INT, y DECIMAL(1, 2)) USING DELTA "
        "OPTIONS (header 'true', 'some.key' = 5) PARTITIONED BY (x, `y z`) "
        "LOCATION 'dbfs:/x' COMMENT 'it''s' TBLPROPERTIES (delta.appendOnly = true) "
        "AS SELECT * FROM t;"
    )
    assert found is not None
    assert found.name.parts == ("a", "b")
    assert (found.replace, found.if_not_exists, found.provider) == (True, True, "delta")
    assert found.columns == "(x INT, y DECIMAL(1, 2))"
    assert found.options == {"header": "true", "some.key": "5"}
    assert found.partitions == ["x", "y z"]
    assert (found.location, found.comment) == ("dbfs:/x", "it's")
    assert found.properties == {"delta.appendOnly": "true"}
    assert found.query == "SELECT * FROM t"


def test_create_table_with_little() -> None:
    found = parse_create_table("create table t as with x as (select 1) select * from x")
    assert found is not None
    assert found.query == "with x as (select 1) select * from x"
    assert found.location is None
    assert parse_create_table("CREATE VIEW v AS SELECT 1") is None
    assert parse_create_table("SELECT 1") is None


def test_create_view() -> None:
    found = parse_create_view("CREATE OR REPLACE VIEW a.v (n) COMMENT 'c' AS SELECT 1 AS x")
    assert found is not None
    assert (found.name.parts, found.replace, found.temporary) == (("a", "v"), True, False)
    assert (found.columns, found.comment, found.query) == ("(n)", "c", "SELECT 1 AS x")
    temporary = parse_create_view("CREATE GLOBAL TEMPORARY VIEW v AS SELECT 1")
    assert temporary is not None
    assert (temporary.temporary, temporary.global_temporary) == (True, True)


def test_create_schema() -> None:
    found = parse_create_schema("CREATE DATABASE IF NOT EXISTS a.b MANAGED LOCATION '/x'")
    assert found is not None
    assert (found.name.parts, found.if_not_exists, found.location) == (("a", "b"), True, "/x")


def test_split_list() -> None:
    text = "a INT COMMENT 'x, y', b MAP<STRING, INT>, c DECIMAL(1, 2)"
    assert split_list(text) == ["a INT COMMENT 'x, y'", "b MAP<STRING, INT>", "c DECIMAL(1, 2)"]
    assert split_list("") == []
