from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from flight_delays.errors import FlightDelaysError
from flight_delays.split import Period, check_order, in_period, labelled, split_by_time

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

MAY = Period(date(2013, 5, 1), date(2013, 5, 31))
JUNE = Period(date(2013, 6, 1), date(2013, 6, 30))


@pytest.fixture
def rows(spark: SparkSession) -> DataFrame:
    days = [(4, 30), (5, 1), (5, 31), (6, 1), (6, 30), (7, 1)]
    values = [(date(2013, month, day), float(month * 100 + day)) for month, day in days]
    return spark.createDataFrame(
        [*values, (date(2013, 5, 2), None), (date(2013, 6, 2), None)],
        "scheduled_date date, arr_delay double",
    )


def delays(frame: DataFrame) -> list[float | None]:
    return [row["arr_delay"] for row in frame.orderBy("scheduled_date").collect()]


def test_a_period_includes_both_ends(rows: DataFrame) -> None:
    assert delays(in_period(rows, MAY)) == [501, None, 531]
    assert delays(labelled(in_period(rows, MAY))) == [501, 531]


def test_split_by_time_takes_labelled_rows(rows: DataFrame) -> None:
    training, test = split_by_time(rows, MAY, JUNE)
    assert delays(training) == [501, 531]
    assert delays(test) == [601, 630]


def test_a_period_may_not_end_before_it_starts() -> None:
    with pytest.raises(FlightDelaysError, match=r"2013-06-30\.\.2013-06-01 ends before it starts"):
        Period(JUNE.end, JUNE.start)


@pytest.mark.parametrize(
    "test", [MAY, Period(MAY.end, JUNE.end), Period(date(2013, 1, 1), MAY.start)]
)
def test_the_test_period_must_come_after(test: Period) -> None:
    with pytest.raises(FlightDelaysError, match="must start after the training period"):
        check_order(MAY, test)
    check_order(MAY, JUNE)
