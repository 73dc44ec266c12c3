"""What was known of past flights at a given instant: windows over streams of dated events.

A delay is not known when the flight was scheduled but when it came to pass. So every outcome
becomes an event dated by the instant it became known, and a query at instant ``t`` sees the events
up to ``t - 1`` second. Nothing dated ``t`` or later can enter, whatever it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pyspark.sql import Window
from pyspark.sql import functions as F

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import Column, DataFrame

HOUR = 3_600
DAY = 24 * HOUR

TAXI_ALLOWANCE = 4 * HOUR
"""Seconds on the ground at both ends, at the most: an arrival counts as known only then.

The data hold no arrival instant, only local clock times at the destination. Departure + air time +
this allowance is never earlier than the true arrival (the longest taxiing in the data is 235 min).
"""

MAX_OUTCOME_LAG = 3 * DAY
"""Outcomes that became known later than this after the scheduled departure are left out, so that
features of a period depend on a bounded stretch of the past."""

MAX_WAITING = 6 * HOUR
"""A flight that has not departed this long after its schedule no longer counts as waiting."""


@dataclass(frozen=True)
class Recent:
    """One feature: an aggregate over the events of the last ``seconds`` before the query.

    ``mean`` and ``count`` are of the delays that became known, ``last`` is the latest of them,
    ``age`` the seconds since it, and ``scheduled`` the number of departures scheduled.
    """

    name: str
    aggregate: Literal["mean", "count", "last", "age", "scheduled"]
    seconds: int


@dataclass(frozen=True)
class Waiting:
    """One feature: how many flights scheduled before the query had not departed by then."""

    name: str


def departure_outcomes(flights: DataFrame) -> DataFrame:
    """Departure delays (minutes) as events, known at the departure.

    A flight that left early counts as departed at its scheduled departure: otherwise it would find
    its own outcome in its own past.

    Args:
        flights: Cleaned flights.

    Returns:
        One event per flight that departed.
    """
    return _outcomes(flights, _departed_at(), "dep_delay")


def departure_events(flights: DataFrame) -> DataFrame:
    """Schedules and departures as events.

    Args:
        flights: Cleaned flights.

    Returns:
        Up to three events per flight: scheduled; departed (see ``departure_outcomes``); and no
        longer waiting, at its departure or ``MAX_WAITING`` after its schedule, whichever is first.
    """
    at = F.col("scheduled_at")
    gone_at = F.least(F.coalesce(_departed_at(), at + MAX_WAITING), at + MAX_WAITING)
    return (
        _events(flights, at, scheduled=F.lit(1.0), waiting=F.lit(1.0))
        .unionByName(departure_outcomes(flights))
        .unionByName(_events(flights, gone_at, waiting=F.lit(-1.0)))
    )


def arrival_outcomes(flights: DataFrame) -> DataFrame:
    """Arrival delays (minutes) as events, known once the flight must have arrived.

    See ``TAXI_ALLOWANCE`` for the instant. Flights that were cancelled or diverted have no event.
    """
    flown = (F.greatest(F.col("dep_delay"), F.lit(0)) + F.col("air_time")).cast("long") * 60
    return _outcomes(flights, F.col("scheduled_at") + flown + TAXI_ALLOWANCE, "arr_delay")


def _departed_at() -> Column:
    late = F.greatest(F.col("dep_delay"), F.lit(0)).cast("long") * 60
    return F.when(F.col("dep_delay").isNotNull(), F.col("scheduled_at") + late)


def _outcomes(flights: DataFrame, known_at: Column, delay: str) -> DataFrame:
    known = flights.where(
        F.col(delay).isNotNull() & (known_at - F.col("scheduled_at") <= MAX_OUTCOME_LAG)
    )
    return _events(known, known_at, delay=F.col(delay).cast("double"))


def _events(
    flights: DataFrame,
    at: Column,
    *,
    delay: Column | None = None,
    scheduled: Column | None = None,
    waiting: Column | None = None,
) -> DataFrame:
    """Events with the columns of the flights that can be keys, ``at`` and what happened."""
    return flights.select(
        "origin",
        "carrier",
        "dest",
        "tailnum",
        at.alias("at"),
        (delay if delay is not None else F.lit(None).cast("double")).alias("delay"),
        (scheduled if scheduled is not None else F.lit(0.0)).alias("scheduled"),
        (waiting if waiting is not None else F.lit(0.0)).alias("waiting"),
    )


def history(
    queries: DataFrame,
    events: DataFrame,
    keys: Sequence[str],
    features: Sequence[Recent | Waiting],
) -> DataFrame:
    """Features of ``events`` as known at the instants of ``queries``.

    Args:
        queries: Rows with ``keys`` and ``scheduled_at``, the instant to look back from.
        events: What one of the three functions above returned.
        keys: Columns that an event and a query must share. A null key has no history.
        features: The columns to compute.

    Returns:
        One row per distinct ``keys`` and ``scheduled_at``, to be joined to the queries: means,
        lasts and ages are null where the window holds none, counts are null where it holds no event
        at all.
    """
    asked = queries.select(*keys, F.col("scheduled_at").alias("at")).distinct()
    # One event per key and second: fewer rows, and "the last" is the same on every engine.
    happened = events.groupBy(*keys, "at").agg(
        F.sum("delay").alias("total"),
        F.count("delay").alias("number"),
        F.sum("scheduled").alias("scheduled"),
        F.sum("waiting").alias("waiting"),
    )
    nothing = [
        F.lit(None).cast("long" if name == "number" else "double").alias(name)
        for name in ("total", "number", "scheduled", "waiting")
    ]
    stream = asked.select(*keys, "at", *nothing, F.lit(True).alias("asked")).unionByName(
        happened.withColumn("asked", F.lit(False))
    )
    windowed = stream.where(_all_present(keys)).select(
        *keys, F.col("at").alias("scheduled_at"), "asked", *_windows(keys, features)
    )
    return windowed.where("asked").select(
        *keys, "scheduled_at", *[_feature(item).alias(item.name) for item in features]
    )


def _all_present(keys: Sequence[str]) -> Column:
    present = F.lit(True)
    for key in keys:
        present = present & F.col(key).isNotNull()
    return present


def _windows(keys: Sequence[str], features: Sequence[Recent | Waiting]) -> list[Column]:
    """The window columns that the features need, each computed once."""
    in_order = Window.partitionBy(*keys).orderBy("at")
    columns: dict[str, Column] = {}
    for item in features:
        if isinstance(item, Waiting):
            before = in_order.rangeBetween(Window.unboundedPreceding, -1)
            columns["waiting"] = F.sum("waiting").over(before)
            continue
        n = item.seconds
        recent = in_order.rangeBetween(-n, -1)
        if item.aggregate in {"mean", "count"}:
            columns[f"number_{n}"] = F.sum("number").over(recent)
        if item.aggregate == "mean":
            columns[f"total_{n}"] = F.sum("total").over(recent)
        elif item.aggregate == "last":
            columns[f"last_{n}"] = F.last(_mean("total", "number"), True).over(recent)
        elif item.aggregate == "age":
            happened_at = F.when(F.col("number") > 0, F.col("at"))
            columns[f"age_{n}"] = F.col("at") - F.max(happened_at).over(recent)
        elif item.aggregate == "scheduled":
            columns[f"scheduled_{n}"] = F.sum("scheduled").over(recent)
    return [column.alias(name) for name, column in columns.items()]


def _feature(item: Recent | Waiting) -> Column:
    if isinstance(item, Waiting):
        return F.col("waiting")
    if item.aggregate == "mean":
        return _mean(f"total_{item.seconds}", f"number_{item.seconds}")
    aggregate = "number" if item.aggregate == "count" else item.aggregate
    return F.col(f"{aggregate}_{item.seconds}").cast("double")


def _mean(total: str, number: str) -> Column:
    """Null rather than a division by zero, which is an error in Spark's ANSI mode."""
    return F.col(total) / F.when(F.col(number) > 0, F.col(number))
