"""The windows, on events whose answer can be told by hand. Instants are New York time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from builders import World, cancelled, flight, scheduled_at

from flight_delays.data import clean_flights
from flight_delays.history import (
    DAY,
    HOUR,
    Recent,
    Waiting,
    arrival_outcomes,
    departure_events,
    departure_outcomes,
    history,
)

if TYPE_CHECKING:
    from builders import Row
    from pyspark.sql import SparkSession

WAITING = Waiting("waiting")
MEAN = Recent("mean", "mean", HOUR)
COUNT = Recent("count", "count", HOUR)
LAST = Recent("last", "last", DAY)
AGE = Recent("age", "age", DAY)
SCHEDULED = Recent("scheduled", "scheduled", HOUR)


def ask(spark: SparkSession, at: str, past: list[Row], *features: Recent | Waiting) -> Any:
    """Features of departures of EWR as known at an instant."""
    query = clean_flights(World([flight(at, flight=99)]).raw(spark).flights)
    events = departure_events(clean_flights(World(past).raw(spark).flights))
    row = history(query, events, ["origin"], features).collect()[0]
    return tuple(row[item.name] for item in features)


def test_mean_and_count_of_the_window(spark: SparkSession) -> None:
    past = [
        flight("2013-06-05 09:10", dep_delay=30),  # known at 09:40
        flight("2013-06-05 09:20", dep_delay=-5),  # known at 09:20, not 09:15
        flight("2013-06-05 08:50", dep_delay=9),  # known at 08:59
        flight("2013-06-05 09:30", dep_delay=50),  # known at 10:20
    ]
    assert ask(spark, "2013-06-05 10:00", past, MEAN, COUNT) == (12.5, 2)
    assert ask(spark, "2013-06-05 10:21", past, MEAN, COUNT) == (40.0, 2)


def test_the_window_starts_at_n_seconds_and_ends_before_the_query(spark: SparkSession) -> None:
    past = [flight("2013-06-05 09:00", dep_delay=7)]
    assert ask(spark, "2013-06-05 09:07", past, MEAN) == (None,)
    assert ask(spark, "2013-06-05 09:08", past, MEAN) == (7,)
    assert ask(spark, "2013-06-05 10:07", past, MEAN) == (7,)
    assert ask(spark, "2013-06-05 10:08", past, MEAN) == (None,)


def test_a_flight_that_left_early_does_not_see_itself(spark: SparkSession) -> None:
    early = flight("2013-06-05 10:00", dep_delay=-10)
    assert ask(spark, "2013-06-05 10:00", [early], MEAN, LAST, WAITING) == (None, None, None)
    assert ask(spark, "2013-06-05 10:01", [early], MEAN, LAST, WAITING) == (-10, -10, 0)


def test_last_and_age(spark: SparkSession) -> None:
    past = [flight("2013-06-05 06:00", dep_delay=60), flight("2013-06-05 06:30", dep_delay=5)]
    assert ask(spark, "2013-06-05 07:30", past, LAST, AGE) == (60, 30 * 60)
    assert ask(spark, "2013-06-05 06:50", past, LAST, AGE) == (5, 15 * 60)
    assert ask(spark, "2013-06-07 07:30", past, LAST, AGE) == (None, None)


def test_the_last_of_several_in_one_second_is_their_mean(spark: SparkSession) -> None:
    past = [flight("2013-06-05 06:00", dep_delay=60), flight("2013-06-05 06:30", dep_delay=30)]
    assert ask(spark, "2013-06-05 08:00", past, LAST) == (45,)


def test_waiting_flights(spark: SparkSession) -> None:
    past = [
        flight("2013-06-05 09:00", dep_delay=90),
        flight("2013-06-05 09:30", dep_delay=10),
        flight("2013-06-05 09:50", dep_delay=-3),
        cancelled("2013-06-05 08:00"),
    ]
    assert ask(spark, "2013-06-05 09:00", past, WAITING, SCHEDULED) == (1, 1)
    assert ask(spark, "2013-06-05 09:35", past, WAITING, SCHEDULED) == (3, 2)
    assert ask(spark, "2013-06-05 10:30", past, WAITING, SCHEDULED) == (2, 2)
    assert ask(spark, "2013-06-05 14:00", past, WAITING) == (1,)
    assert ask(spark, "2013-06-05 14:01", past, WAITING) == (0,)  # six hours: given up


def test_a_flight_that_departs_after_it_was_given_up_is_not_taken_off_twice(
    spark: SparkSession,
) -> None:
    past = [flight("2013-06-05 06:00", dep_delay=500)]
    assert ask(spark, "2013-06-05 18:00", past, WAITING, LAST) == (0, 500)


def test_outcomes_that_lag_by_days_are_left_out(spark: SparkSession) -> None:
    past = [flight("2013-06-01 06:00", dep_delay=3 * 24 * 60 + 1)]
    assert ask(spark, "2013-06-04 06:30", past, LAST) == (None,)
    past = [flight("2013-06-01 06:00", dep_delay=3 * 24 * 60)]
    assert ask(spark, "2013-06-04 06:30", past, LAST) == (3 * 24 * 60,)


def test_other_keys_do_not_count(spark: SparkSession) -> None:
    past = [flight("2013-06-05 09:00", dep_delay=7, origin="JFK")]
    assert ask(spark, "2013-06-05 09:30", past, MEAN, WAITING) == (None, None)


def test_a_null_key_has_no_history(spark: SparkSession) -> None:
    flights = World(
        [flight("2013-06-05 09:00", tailnum=None), flight("2013-06-05 10:00", tailnum=None)]
    )
    cleaned = clean_flights(flights.raw(spark).flights)
    assert history(cleaned, departure_outcomes(cleaned), ["tailnum"], [LAST]).count() == 0


def test_queries_at_one_instant_get_one_row(spark: SparkSession) -> None:
    rows = [flight("2013-06-05 10:00", flight=number) for number in range(3)]
    cleaned = clean_flights(World(rows).raw(spark).flights)
    found = history(cleaned, departure_events(cleaned), ["origin"], [SCHEDULED]).collect()
    assert [(row["scheduled_at"], row["scheduled"]) for row in found] == [
        (scheduled_at(rows[0]), None)
    ]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"dep_delay": 30, "air_time": 100, "arr_delay": 12}, ((30 + 100) * 60 + 4 * HOUR, 12)),
        ({"dep_delay": -8, "air_time": 100, "arr_delay": -20}, (100 * 60 + 4 * HOUR, -20)),
        ({"dep_delay": 30, "air_time": None, "arr_delay": None}, None),  # diverted
    ],
)
def test_arrivals_are_known_when_the_flight_must_have_arrived(
    spark: SparkSession, changed: Row, expected: tuple[int, int] | None
) -> None:
    row = flight("2013-06-05 10:00", **changed)
    events = arrival_outcomes(clean_flights(World([row]).raw(spark).flights)).collect()
    found = [(event["at"] - scheduled_at(row), event["delay"]) for event in events]
    assert found == ([expected] if expected else [])
