"""``docs/spark-support.md`` says what is so: each of its rows is run, and the page made of them."""

from __future__ import annotations

import ast
import itertools
import os
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyspark.sql import functions
from pyspark.sql.connect.session import SparkSession

from brickyard.runtime.spark import LocalSparkError, SparkEngine, refusals
from tests.runtime.spark.support_rows import FAILS, GROUPS, Row

PAGE = Path(__file__).parents[3] / "docs" / "spark-support.md"
REFRESH = "BRICKYARD_REFRESH=1 python -m pytest tests/runtime/spark/test_support.py"
HEAD = f"""# What the local Spark engine does

Made by a test, which runs every row; refresh it with `{REFRESH}`.

- **yes**: the engine does it.
- **yes, by Brickyard**: the engine lacks it, or does it otherwise than Spark; Brickyard carries it
  out, wholly or in part.
- **no**: it is refused, with the message shown.

A cluster whose `spark_conf` has `spark.remote` uses that Spark Connect server instead: what it does
is its own affair, and none of this applies.

Known to differ, and not refused: integer arithmetic does not raise on overflow; the scale of a
decimal quotient can be one less; a double from 10 million on, or below 0.001, becomes text without
an exponent; `bround` and `rint` round halves away from zero; `inferSchema` reads timestamps as
`timestamp_ntz`; a backslash does not escape a quote within CSV.
"""
_COUNT = itertools.count()


class Bench:
    """Runs rows, each in a schema of its own.

    Attributes:
        wrong: What was not as the rows say.
    """

    def __init__(self, engine: SparkEngine, home: Path) -> None:
        self.engine = engine
        self.home = home
        self.wrong: list[str] = []

    def run(self, row: Row) -> str:
        """Run a row; returns what the page says of it."""
        spark = self.engine.session
        schema = f"support{next(_COUNT)}"
        spark.sql(f"CREATE SCHEMA main.{schema}")
        spark.sql(f"USE main.{schema}")
        spark.sql("CREATE TABLE t AS SELECT id, 'old' AS v FROM range(3)")
        try:
            found = _value(row.code, self._names(spark, schema))
        except Exception as exc:  # noqa: BLE001 - whatever the engine raises is what is shown
            if row.expected is not FAILS:
                self.wrong.append(f"{row.shown}: {type(exc).__name__}: {exc}")
            return f"no: {self._message(exc)}"
        finally:
            for key in ("spark.sql.sources.partitionOverwriteMode", "spark.sql.ansi.enabled"):
                spark.conf.unset(key)
        if row.expected is FAILS or found != row.expected:
            self.wrong.append(f"{row.shown}: {found!r}")
        return "yes, by Brickyard" if row.ours else "yes"

    def _names(self, spark: SparkSession, schema: str) -> dict[str, Any]:
        def rows(text: str) -> list[tuple[Any, ...]]:
            return sorted((tuple(row) for row in spark.sql(text).collect()), key=repr)

        def part() -> None:
            spark.sql("CREATE TABLE p (a INT, d STRING) PARTITIONED BY (d)")
            spark.sql("INSERT INTO p VALUES (1, 'x'), (2, 'y')")

        def source() -> None:
            spark.sql(
                "CREATE TABLE s AS SELECT * FROM VALUES (1L, 'gone'), (2L, 'new'), (9L, 'new') "
                "AS v(id, v)"
            )

        def local(name: str) -> str:
            return str(self.home / "dbfs" / "support" / name)

        def file(name: str) -> None:
            (self.home / "dbfs" / "support").mkdir(exist_ok=True)
            Path(local(name)).write_text("a,b\n")

        names: dict[str, Any] = {"spark": spark, "sql": spark.sql, "schema": schema, "pd": pd}
        names |= {"F": functions, "rows": rows, "part": part, "source": source, "file": file}
        return names | {"local": local, "conf": spark.conf.set, "path": f"/support_{schema}"}

    def _message(self, exc: Exception) -> str:
        text = " ".join(str(exc).split())
        if not isinstance(exc, LocalSparkError):
            text = f"{type(exc).__name__}: {text}"
        text = re.sub(r"/\S*" + re.escape(self.home.name), "…", text)
        text = re.sub(r"support\d+", "s", text)
        text = re.sub(r"#\d+|0x[0-9a-f]+", "", text)
        short = text if len(text) <= 240 else f"{text[:237]}…"
        return short.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def _value(code: str, names: dict[str, Any]) -> Any:
    """Run statements and return the value of the last, which is an expression."""
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr), code
    exec(compile(tree, "row", "exec"), names)  # noqa: S102 - the rows are this suite's own
    return eval(compile(ast.Expression(last.value), "row", "eval"), names)  # noqa: S307


@pytest.fixture(scope="module")
def bench(engine: SparkEngine, home: Path) -> Bench:
    engine.install()
    return Bench(engine, home)


def test_the_page_says_what_is_so(bench: Bench) -> None:
    made = HEAD
    for group, rows in GROUPS.items():
        made += f"\n## {group}\n\n| Construct | Local engine |\n|---|---|\n"
        made += "".join(f"| {row.shown} | {bench.run(row)} |\n" for row in rows)
    assert not bench.wrong, "\n".join(bench.wrong)
    if os.environ.get("BRICKYARD_REFRESH") == "1":
        PAGE.write_text(made, encoding="utf-8")
    kept = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    assert kept == made, f"docs/spark-support.md is out of date. Refresh it: {REFRESH}"


def test_every_refusal_says_what_to_do(bench: Bench) -> None:
    spark = bench.engine.session
    for words, remedy in refusals._STATEMENTS:
        with pytest.raises(LocalSparkError, match=re.escape(remedy)):
            spark.sql(f"{' '.join(words)} something")


@pytest.mark.parametrize("name", ["qualify", "pivot", "tablesample", "recursive"])
def test_words_of_refused_clauses_still_name_columns(engine: SparkEngine, name: str) -> None:
    frame = engine.session.sql(f"SELECT x.{name} FROM (SELECT 1 AS {name}) AS x")  # noqa: S608
    assert frame.columns == [name]
