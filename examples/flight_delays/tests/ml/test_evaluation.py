from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from flight_delays.errors import EmptyDataError
from flight_delays.evaluation import Baseline, Comparison, Errors, compare, errors, fit_baseline

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

COLUMNS = "carrier string, scheduled_hour double, arr_delay double"


def test_errors() -> None:
    found = errors([0.0, 10.0, -10.0], [3.0, 10.0, -14.0])
    assert found.rmse == pytest.approx(np.sqrt(25 / 3))
    assert found.mae == pytest.approx(7 / 3)
    assert found.rows == 3


@pytest.mark.parametrize(
    ("actual", "predicted"),
    [([1.0], [1.0, 2.0]), ([], []), ([np.nan], [1.0]), ([1.0], [np.inf])],
)
def test_errors_refuse_what_cannot_be_compared(actual: list[float], predicted: list[float]) -> None:
    with pytest.raises(ValueError, match=r"Cannot compare|not all finite"):
        errors(actual, predicted)


def test_the_baseline_is_the_mean_by_carrier_and_hour(spark: SparkSession) -> None:
    rows = spark.createDataFrame(
        [
            ("UA", 6.0, 10.0),
            ("UA", 6.0, 20.0),
            ("UA", 7.0, -6.0),
            ("B6", 6.0, 4.0),
            ("AA", 6.0, None),
        ],
        COLUMNS,
    )
    baseline = fit_baseline(rows)
    assert baseline.means == {("UA", 6): 15.0, ("UA", 7): -6.0, ("B6", 6): 4.0}
    assert baseline.overall == 7.0
    asked = pd.DataFrame({"carrier": ["UA", "B6", "B6"], "scheduled_hour": [6.0, 6.0, 9.0]})
    np.testing.assert_array_equal(baseline.predict(asked), [15.0, 4.0, 7.0])


def test_a_baseline_needs_rows(spark: SparkSession) -> None:
    with pytest.raises(EmptyDataError):
        fit_baseline(spark.createDataFrame([("UA", 6.0, None)], COLUMNS))


def test_compare_measures_both_on_the_same_rows() -> None:
    frame = pd.DataFrame(
        {"carrier": ["UA", "UA"], "scheduled_hour": [6, 6], "arr_delay": [8.0, -8.0]}
    )
    found = compare(frame, [6.0, -6.0], Baseline(means={}, overall=0.0))
    assert found == Comparison(model=Errors(2.0, 2.0, 2), baseline=Errors(8.0, 8.0, 2))
    assert found.rmse_gain == 0.75
    assert found.mae_gain == 0.75
