from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.runtime.spark.sqltext.refs import replace_locations, replace_tables, table_names


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT a FROM t", ["t"]),
        ("select * from a.b.c x join `d e` y on x.i = y.i", ["a.b.c", "d e"]),
        ("SELECT * FROM a, b c, (SELECT * FROM d) e, f WHERE a.x, g", ["a", "b", "d", "f"]),
        ("WITH x AS (SELECT * FROM t), y (n) AS (SELECT 1) SELECT * FROM x, y, z", ["t", "z"]),
        ("INSERT INTO TABLE t (a, b) SELECT a, b FROM s", ["t", "s"]),
        ("INSERT OVERWRITE t VALUES (1)", ["t"]),
        ("MERGE INTO t USING s ON t.i = s.i WHEN MATCHED THEN DELETE", ["t", "s"]),
        ("MERGE INTO t USING (SELECT * FROM u) s ON true WHEN MATCHED THEN DELETE", ["t", "u"]),
        ("UPDATE t SET a = 1 WHERE b IN (SELECT b FROM s)", ["t", "s"]),
        ("DELETE FROM t WHERE a = 1", ["t"]),
        ("CREATE OR REPLACE TABLE IF NOT EXISTS t (a INT)", ["t"]),
        ("DROP TABLE IF EXISTS t", ["t"]),
        ("SELECT * FROM delta.`/x/y` VERSION AS OF 3", ["delta./x/y"]),
        ("SELECT * FROM range(10) r, t", ["t"]),
        ("SELECT * FROM IDENTIFIER('a.b')", ["a.b"]),
        ("SELECT * FROM t JOIN s USING (i)", ["t", "s"]),
        ("SELECT * FROM t LATERAL VIEW explode(a) x AS y", ["t"]),
        ("SELECT 'FROM x' AS c -- FROM y", []),
        ("TABLE t", ["t"]),
    ],
)
def test_names_in_table_position(sql: str, tables: list[str]) -> None:
    assert [".".join(name.parts) for name in table_names(sql)] == tables


def test_only_the_names_change() -> None:
    sql = "SELECT T.a,  'T' /* T */ FROM T -- T\nWHERE T.a IN (SELECT a FROM s.T)"
    changed = replace_tables(sql, lambda parts: "new" if parts == ("T",) else None)
    assert changed == "SELECT T.a,  'T' /* T */ FROM new -- T\nWHERE T.a IN (SELECT a FROM s.T)"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_nothing_changes_when_nothing_is_replaced(text: str) -> None:
    assert replace_tables(text, lambda _: None) == text


def test_locations() -> None:
    sql = "CREATE TABLE t USING csv OPTIONS (path '/a', header 'true') LOCATION '/b'"
    changed = replace_locations(sql, lambda path: f"file:{path}")
    assert changed == (
        "CREATE TABLE t USING csv OPTIONS (path 'file:/a', header 'true') LOCATION 'file:/b'"
    )
    plain = "SELECT * FROM t WHERE path = '/a'"
    assert replace_locations(plain, lambda path: f"file:{path}") == plain
