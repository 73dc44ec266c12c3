from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flight_delays.profile import STATISTICS, feature_profile

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def test_profile(spark: SparkSession) -> None:
    rows = spark.createDataFrame(
        [(float(number), None if number % 2 else -1.0, None) for number in range(101)],
        "a double, b double, c double",
    )
    profile = feature_profile(rows, ["a", "b", "c"])
    assert list(profile.columns) == list(STATISTICS)
    assert list(profile.index) == ["a", "b", "c"]
    a = profile.loc["a"]
    assert (a["count"], a["nulls"], a["mean"], a["min"], a["max"]) == (101, 0, 50, 0, 100)
    assert a["std"] == pytest.approx(29.300170647967224)
    quantiles = [a["p05"], a["p25"], a["p50"], a["p75"], a["p95"]]
    assert quantiles == pytest.approx([5, 25, 50, 75, 95], abs=1)
    assert list(profile["count"]) == [101, 51, 0]
    assert list(profile["nulls"]) == [0, 50, 101]
    assert profile.loc["b", "std"] == 0
    assert profile.loc["c", list(STATISTICS[2:])].isna().all()
