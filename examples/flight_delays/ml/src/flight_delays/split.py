"""Split the feature table by time: rows of a period, rows with a label, training before test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from flight_delays.errors import FlightDelaysError
from flight_delays.features import LABEL

if TYPE_CHECKING:
    from datetime import date

    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Period:
    """Scheduled dates (New York local) from ``start`` to ``end``, both inclusive."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise FlightDelaysError(
                f"The period {self} ends before it starts: give an end date on or after the start."
            )

    def __str__(self) -> str:
        return f"{self.start.isoformat()}..{self.end.isoformat()}"


def in_period(features: DataFrame, period: Period) -> DataFrame:
    """The rows of flights scheduled within the period."""
    day = F.col("scheduled_date")
    return features.where((day >= F.lit(period.start)) & (day <= F.lit(period.end)))


def labelled(features: DataFrame) -> DataFrame:
    """The rows that can be learnt from: cancelled and diverted flights have no arrival delay."""
    return features.where(F.col(LABEL).isNotNull())


def check_order(training: Period, test: Period) -> None:
    """Refuse a test period that would not say how a model does on flights to come.

    Raises:
        FlightDelaysError: The test period does not lie wholly after the training period.
    """
    if test.start <= training.end:
        raise FlightDelaysError(
            f"The evaluation period {test} must start after the training period {training} "
            "has ended."
        )


def split_by_time(
    features: DataFrame, training: Period, test: Period
) -> tuple[DataFrame, DataFrame]:
    """Labelled rows to train on and to test on; the periods as ``check_order`` wants them."""
    check_order(training, test)
    return labelled(in_period(features, training)), labelled(in_period(features, test))
