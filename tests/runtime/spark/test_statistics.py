"""Statistics and refusals hold wherever in a query they stand."""

from __future__ import annotations

import sys

import pytest
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import Observation
from pyspark.sql import functions as F  # noqa: N812 - the usual name
from pyspark.sql.connect.session import SparkSession

from brickyard.runtime.spark.errors import UnsupportedSqlError

_ORDER = ["count", "mean", "stddev", "min", "max"]


def test_described_rows_keep_their_order_inside_a_query(
    spark: SparkSession, capsys: pytest.CaptureFixture[str]
) -> None:
    described = spark.range(20).describe()

    assert [row.summary for row in described.limit(100).collect()] == _ORDER
    described.show()
    lines = capsys.readouterr().out.splitlines()[3:8]
    assert [line.split("|")[1].strip() for line in lines] == _ORDER
    described.write.saveAsTable("described")
    assert spark.table("described").count() == len(_ORDER)


def test_summaries_inside_a_query_read_tables_by_name(spark: SparkSession) -> None:
    spark.range(101).write.saveAsTable("numbers")

    rows = spark.table("numbers").summary("max", "33%").filter("id IS NOT NULL").collect()

    assert [tuple(row) for row in rows] == [("max", "100"), ("33%", "33")]


def test_what_the_engine_lacks_is_named_inside_a_query_too(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    # pyspark.ml looks at it; a shell of an earlier test may have put a bare module in its place.
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None, raising=False)
    assembled = VectorAssembler(inputCols=["id"], outputCol="f").transform(spark.range(1))
    with pytest.raises(UnsupportedSqlError, match=r"pyspark\.ml"):
        assembled.show()
    observed = spark.range(3).observe(Observation("o"), F.count("*").alias("c"))
    with pytest.raises(UnsupportedSqlError, match=r"df\.observe"):
        observed.write.saveAsTable("observed")
