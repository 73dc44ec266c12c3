"""Point-in-time correctness above all: what happens later must not change a feature."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from builders import World, cancelled, flight, observation, plane, random_world, scheduled_at
from pyspark.sql import functions as F

from flight_delays import history
from flight_delays.features import (
    CATEGORICAL_FEATURES,
    FEATURES,
    HISTORY_FEATURES,
    KEY_COLUMNS,
    LABEL,
    LOOKBACK,
    NUMERIC_FEATURES,
    build_features,
)

if TYPE_CHECKING:
    from builders import Row
    from pyspark.sql import Column, SparkSession

START, END = date(2013, 6, 10), date(2013, 6, 13)
LONGEST_TAXI = 235 * 60
"""Seconds; the most in the real data, found with the time zones of the destinations."""


@pytest.fixture(scope="module")
def world() -> World:
    return random_world("2013-06-01", days=14, per_day=60)


def features(spark: SparkSession, world: World) -> pd.DataFrame:
    frame = build_features(world.raw(spark), START, END).toPandas()
    return frame.set_index("flight_id").sort_index()


def until(world: World, cut: int) -> list[str]:
    """Ids of the flights of the period scheduled at or before an instant."""
    return sorted(
        f"{scheduled_at(row)}-{row['origin']}-{row['carrier']}-{row['flight']}"
        for row in world.flights
        if START <= date(row["year"], row["month"], row["day"]) <= END and scheduled_at(row) <= cut
    )


def poison_future(world: World, cut: int) -> World:
    """Change everything that happens at or after an instant, into other things at or after it."""
    flights = [_poisoned(row, cut) for row in world.flights]
    weather = [
        row | {"precip": 9.0, "temp": -50.0, "wind_speed": 99.0}
        if row["time_hour"].timestamp() > cut
        else row
        for row in world.weather
    ]
    return World(flights, weather, world.planes)


def _poisoned(row: Row, cut: int) -> Row:
    at = scheduled_at(row)
    late = row["dep_delay"]
    if at > cut:  # not even known to be scheduled
        row = row | {"carrier": "XX", "dest": "ZZZ", "tailnum": "N3", "distance": 1}
    if at >= cut:
        return row | {"dep_delay": 999, "arr_delay": 999, "air_time": 1, "dep_time": 1}
    if late is None:  # cancelled: may yet depart after the cut
        late_after = (cut - at) // 60 + 300
        return row | {"dep_delay": late_after, "arr_delay": 999, "air_time": 1}
    if at + max(late, 0) * 60 >= cut:
        return row | {"dep_delay": late + 500, "arr_delay": 999, "air_time": 1, "arr_time": 1}
    if at + (late + row["air_time"]) * 60 + LONGEST_TAXI >= cut:
        return row | {"arr_delay": 999, "air_time": row["air_time"] + 300, "arr_time": 1}
    return row


def cuts(world: World) -> list[int]:
    """Instants at which flights of the period are scheduled, early and late ones."""
    instants = sorted({scheduled_at(row) for row in world.flights})
    inside = [at for at in instants if at >= scheduled_at(flight(f"{START} 00:00"))]
    return [inside[len(inside) * share // 10] for share in (1, 4, 7)]


def changed_features(before: pd.DataFrame, after: pd.DataFrame, ids: list[str]) -> set[str]:
    """Names of the features that differ for some of the flights."""
    one, other = before.loc[ids, list(FEATURES)], after.loc[ids, list(FEATURES)]
    same = (one == other) | (one.isna() & other.isna())
    return {str(name) for name in same.columns if not same[name].all()}


def test_the_future_does_not_change_a_feature(spark: SparkSession, world: World) -> None:
    before = features(spark, world)
    for cut in cuts(world):
        ids = until(world, cut)
        assert len(ids) > 10
        after = features(spark, poison_future(world, cut))
        assert changed_features(before, after, ids) == set()


def test_removing_later_flights_does_not_change_a_feature(
    spark: SparkSession, world: World
) -> None:
    before = features(spark, world)
    cut = cuts(world)[1]
    past = [row for row in world.flights if scheduled_at(row) <= cut]
    after = features(spark, world.with_flights(past))
    assert changed_features(before, after, until(world, cut)) == set()


def test_poisoning_the_past_changes_every_kind_of_feature(
    spark: SparkSession, world: World
) -> None:
    """Otherwise the tests above would pass for want of an effect."""
    before = features(spark, world)
    found: set[str] = set()
    for cut in cuts(world):
        poisoned = poison_future(world, cut - 12 * 3600)
        flights = [  # keep the keys, so that the same flights are compared
            new | {key: old[key] for key in ("carrier", "dest", "tailnum", "distance")}
            for new, old in zip(poisoned.flights, world.flights, strict=True)
        ]
        after = features(spark, poisoned.with_flights(flights))
        found |= changed_features(before, after, until(world, cut))
    assert found == {
        "temp",
        "wind_speed",
        "precip",
        *(name for name in HISTORY_FEATURES if not name.endswith("scheduled_1h")),
    }


def _as_scheduled() -> Column:
    """A leak: every departure delay is known as soon as the flight was to depart."""
    return F.when(F.col("dep_delay").isNotNull(), F.col("scheduled_at"))


def _as_departed() -> Column:
    """A leak: a flight that leaves early finds its own delay in its own past."""
    return F.col("scheduled_at") + F.col("dep_delay").cast("long") * 60


@pytest.mark.parametrize("leak", [_as_scheduled, _as_departed])
def test_the_poison_shows_a_leak_of_departures(
    spark: SparkSession, world: World, monkeypatch: pytest.MonkeyPatch, leak: Any
) -> None:
    monkeypatch.setattr(history, "_departed_at", leak)
    before = features(spark, world)
    leaked: set[str] = set()
    for cut in cuts(world):
        after = features(spark, poison_future(world, cut))
        leaked |= changed_features(before, after, until(world, cut))
    assert "origin_delay_1h" in leaked


def test_the_poison_shows_a_leak_of_arrivals(
    spark: SparkSession, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "TAXI_ALLOWANCE", 0)
    before = features(spark, world)
    cut = cuts(world)[2]
    after = features(spark, poison_future(world, cut))
    assert "dest_delay_24h" in changed_features(before, after, until(world, cut))


def test_features_of_a_period_do_not_depend_on_older_data(spark: SparkSession) -> None:
    long = random_world("2013-05-20", days=25, per_day=40)
    oldest = START - LOOKBACK
    recent = [row for row in long.flights if date(row["year"], row["month"], row["day"]) >= oldest]
    assert len(recent) < len(long.flights)
    pd.testing.assert_frame_equal(
        features(spark, long), features(spark, long.with_flights(recent)), check_like=True
    )


def one(spark: SparkSession, world: World, day: date = date(2013, 6, 5)) -> dict[str, Any]:
    """The features of the only flight scheduled on a day."""
    rows = build_features(world.raw(spark), day, day).collect()
    assert len(rows) == 1
    return rows[0].asDict()


def test_columns_and_types(spark: SparkSession) -> None:
    frame = build_features(World([flight("2013-06-05 10:30")]).raw(spark), START, END)
    types = dict(frame.dtypes)
    assert frame.columns == [*KEY_COLUMNS, *FEATURES, LABEL]
    assert {types[name] for name in (*NUMERIC_FEATURES, LABEL)} == {"double"}
    assert {types[name] for name in CATEGORICAL_FEATURES} == {"string"}
    assert types["scheduled_date"] == "date"
    assert types["scheduled_departure"] == "timestamp"


def test_schedule_and_calendar(spark: SparkSession) -> None:
    row = flight("2013-07-02 23:15", sched_arr_time=105, flight=7, arr_delay=-12)
    found = one(spark, World([row]), date(2013, 7, 2))
    assert found["flight_id"] == f"{scheduled_at(row)}-EWR-UA-7"
    assert found["scheduled_hour"] == 23
    assert found["scheduled_minute_of_day"] == 23 * 60 + 15
    assert found["day_of_week"] == 3  # Tuesday, as Spark counts from Sunday
    assert found["days_to_holiday"] == 2  # Independence Day
    assert found["clock_minutes"] == 110  # from 23:15 to 01:05
    assert found[LABEL] == -12


def test_far_from_holidays_the_distance_is_capped(spark: SparkSession) -> None:
    found = one(spark, World([flight("2013-06-12 10:00")]), date(2013, 6, 12))
    assert found["days_to_holiday"] == 7


def test_weather_is_that_of_the_full_hour_at_the_origin(spark: SparkSession) -> None:
    weather = [
        observation("2013-06-05 09:00", temp=1.0),
        observation("2013-06-05 10:00", temp=2.0),
        observation("2013-06-05 11:00", temp=3.0),
        observation("2013-06-05 10:00", temp=4.0, origin="JFK"),
    ]
    assert one(spark, World([flight("2013-06-05 10:59")], weather))["temp"] == 2.0
    assert one(spark, World([flight("2013-06-05 11:00")], weather))["temp"] == 3.0
    assert one(spark, World([flight("2013-06-05 12:00")], weather))["temp"] is None


@pytest.mark.parametrize(
    ("built", "age"), [(2000, 13.0), (2013, 0.0), (2014, None), (0, None), (None, None)]
)
def test_plane_age(spark: SparkSession, built: int | None, age: float | None) -> None:
    world = World([flight("2013-06-05 10:00", tailnum="N7")], planes=[plane("N7", built, 99)])
    found = one(spark, world)
    assert found["plane_age"] == age
    assert found["plane_seats"] == 99


def test_unknown_plane_and_no_history(spark: SparkSession) -> None:
    found = one(spark, World([flight("2013-06-05 10:00", tailnum=None)], planes=[plane("N7")]))
    assert found["plane_age"] is None
    assert found["tail_last_delay"] is None
    assert found["origin_delay_1h"] is None
    assert found["origin_departed_1h"] == 0
    assert found["origin_waiting"] == 0


def test_cancelled_flights_have_features_and_no_label(spark: SparkSession) -> None:
    world = World([flight("2013-06-04 10:00", dep_delay=30), cancelled("2013-06-05 09:00")])
    found = one(spark, world)
    assert found["tail_last_delay"] == 30
    assert found[LABEL] is None


def test_delays_known_at_the_scheduled_departure(spark: SparkSession) -> None:
    other = {"carrier": "B6", "tailnum": "N2", "dest": "BOS"}
    world = World(
        [
            flight("2013-06-04 20:00", dep_delay=40, arr_delay=50, flight=1),
            flight("2013-06-05 09:00", dep_delay=20, **other, flight=2),  # left 09:20
            flight("2013-06-05 09:30", dep_delay=10, **other, flight=3),  # left 09:40
            flight("2013-06-05 09:40", dep_delay=20, **other, flight=4),  # left 10:00
            flight("2013-06-05 10:00", dep_delay=77, arr_delay=88, flight=5),
        ]
    )
    rows = build_features(world.raw(spark), date(2013, 6, 5), date(2013, 6, 5)).collect()
    found = next(row for row in rows if row["flight"] == 5)
    assert found["origin_delay_1h"] == 15
    assert found["origin_departed_1h"] == 2
    assert found["origin_scheduled_1h"] == 3
    assert found["origin_waiting"] == 1  # the one that leaves at 10:00
    assert found["origin_delay_24h"] == pytest.approx((40 + 20 + 10) / 3)
    assert found["carrier_delay_3h"] is None
    assert found["carrier_waiting"] == 0
    assert found["tail_last_delay"] == 40
    assert found["tail_last_age"] == timedelta(hours=13, minutes=20).total_seconds()
    assert found["dest_delay_24h"] == 50
    assert found["route_delay_7d"] == 50
    assert found["route_arrived_7d"] == 1


def test_an_empty_period_is_refused(spark: SparkSession) -> None:
    with pytest.raises(ValueError, match=r"ends .* before it starts"):
        build_features(World([flight("2013-06-05 10:00")]).raw(spark), END, START)
