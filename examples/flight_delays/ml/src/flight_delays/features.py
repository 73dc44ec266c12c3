"""The features of a scheduled flight, all of them known at its scheduled departure.

Schedule and calendar; weather observed at the origin in the scheduled hour; the aircraft; and the
recent delays of origin, carrier, aircraft and destination (see ``history`` for what "recent"
means).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from pandas.tseries.holiday import USFederalHolidayCalendar
from pyspark.sql import functions as F

from flight_delays.data import clean_flights, clean_planes, clean_weather
from flight_delays.history import (
    DAY,
    HOUR,
    MAX_OUTCOME_LAG,
    Recent,
    Waiting,
    arrival_outcomes,
    departure_events,
    departure_outcomes,
    history,
)

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from flight_delays.data import RawData

LABEL = "arr_delay"
"""Arrival delay in minutes, negative when early; null for cancelled and diverted flights."""

KEY_COLUMNS = (
    "flight_id",
    "scheduled_date",
    "scheduled_departure",
    "flight",
    "tailnum",
)

CATEGORICAL_FEATURES = ("carrier", "origin", "dest")

SCHEDULE_FEATURES = (
    "scheduled_hour",
    "scheduled_minute_of_day",
    "day_of_week",
    "days_to_holiday",
    "distance",
    "clock_minutes",
)
"""``clock_minutes`` is local arrival clock minus local departure clock, modulo a day: the scheduled
duration but for the time zones, which are fixed per destination."""

WEATHER_FEATURES = (
    "temp",
    "dewp",
    "humid",
    "wind_dir",
    "wind_speed",
    "wind_gust",
    "precip",
    "pressure",
    "visib",
)

PLANE_FEATURES = ("plane_age", "plane_seats")

ORIGIN_HISTORY = (
    Recent("origin_delay_1h", "mean", HOUR),
    Recent("origin_delay_24h", "mean", DAY),
    Recent("origin_departed_1h", "count", HOUR),
    Recent("origin_scheduled_1h", "scheduled", HOUR),
    Waiting("origin_waiting"),
)
CARRIER_HISTORY = (Recent("carrier_delay_3h", "mean", 3 * HOUR), Waiting("carrier_waiting"))
TAIL_HISTORY = (
    Recent("tail_last_delay", "last", 2 * DAY),
    Recent("tail_last_age", "age", 2 * DAY),
    Recent("tail_delay_7d", "mean", 7 * DAY),
)
DEST_HISTORY = (Recent("dest_delay_24h", "mean", DAY),)
ROUTE_HISTORY = (
    Recent("route_delay_7d", "mean", 7 * DAY),
    Recent("route_arrived_7d", "count", 7 * DAY),
)
_HISTORY = (*ORIGIN_HISTORY, *CARRIER_HISTORY, *TAIL_HISTORY, *DEST_HISTORY, *ROUTE_HISTORY)
HISTORY_FEATURES = tuple(item.name for item in _HISTORY)
"""Delays of origin, carrier and aircraft are those of departures; of destination and route
(carrier, origin, destination) those of arrivals."""

COUNTS = tuple(
    item.name
    for item in _HISTORY
    if isinstance(item, Waiting) or item.aggregate in {"count", "scheduled"}
)

NUMERIC_FEATURES = (*SCHEDULE_FEATURES, *WEATHER_FEATURES, *PLANE_FEATURES, *HISTORY_FEATURES)
FEATURES = (*CATEGORICAL_FEATURES, *NUMERIC_FEATURES)
"""The model's inputs, in the model's order."""

LOOKBACK = timedelta(seconds=7 * DAY + MAX_OUTCOME_LAG, days=1)
"""How far before a period raw flights are needed: the longest window, the longest lag of an
outcome, and a day for the difference between local dates and UTC."""

MAX_HOLIDAY_DISTANCE = 7


def build_features(raw: RawData, start: date, end: date) -> DataFrame:
    """Features and label of every flight scheduled in a period, cancelled ones included.

    A cancelled flight cannot be told from another at its scheduled departure, so it has features
    like any other; its label is null. The features of a period do not depend on how much earlier
    data is in ``raw``, provided it reaches back by ``LOOKBACK``.

    Args:
        raw: The raw tables.
        start: First scheduled date (New York local), inclusive.
        end: Last scheduled date, inclusive.

    Returns:
        One row per flight: ``KEY_COLUMNS``, ``FEATURES`` (strings and doubles) and ``LABEL``
        (double).
    """
    if end < start:
        raise ValueError(f"The period ends ({end}) before it starts ({start}).")
    date_of = F.col("scheduled_date")
    known = clean_flights(raw.flights).where(
        (date_of >= F.lit(start - LOOKBACK)) & (date_of <= F.lit(end))
    )
    asked = known.where(date_of >= F.lit(start))
    rows = add_delays(asked, known)
    rows = add_schedule(rows, start, end)
    rows = add_weather(rows, clean_weather(raw.weather))
    rows = add_planes(rows, clean_planes(raw.planes))
    doubles = [F.col(name).cast("double").alias(name) for name in (*NUMERIC_FEATURES, LABEL)]
    return rows.select(*KEY_COLUMNS, *CATEGORICAL_FEATURES, *doubles)


def add_schedule(flights: DataFrame, start: date, end: date) -> DataFrame:
    """Add the flight's id and what timetable and calendar tell."""
    local_minutes = F.col("hour") * 60 + F.col("minute")
    arrival = (F.col("sched_arr_time") / 100).cast("int") * 60 + F.col("sched_arr_time") % 100
    day = F.col("scheduled_date")
    return (
        flights.withColumn("flight_id", _flight_id())
        .withColumn("scheduled_hour", F.col("hour"))
        .withColumn("scheduled_minute_of_day", local_minutes)
        .withColumn("day_of_week", F.dayofweek(day))
        .withColumn("days_to_holiday", _days_to_holiday(day, start, end))
        .withColumn("clock_minutes", (arrival - local_minutes + 1440) % 1440)
    )


def add_weather(flights: DataFrame, weather: DataFrame) -> DataFrame:
    """Add the observation of the full hour at or before the scheduled departure, at the origin."""
    observed = weather.select("origin", "time_hour", *WEATHER_FEATURES)
    return flights.join(observed, ["origin", "time_hour"], "left")


def add_planes(flights: DataFrame, planes: DataFrame) -> DataFrame:
    """Add the aircraft's age (years) and seats, null where the aircraft is not known."""
    built = planes.select(
        "tailnum", F.col("year").alias("plane_year"), F.col("seats").alias("plane_seats")
    )
    age = F.col("year") - F.col("plane_year")
    return flights.join(built, "tailnum", "left").withColumn("plane_age", F.when(age >= 0, age))


def add_delays(queries: DataFrame, flights: DataFrame) -> DataFrame:
    """Add what was known of the delays of ``flights`` at each query's scheduled departure."""
    departures = departure_events(flights)
    arrivals = arrival_outcomes(flights)
    streams: list[tuple[DataFrame, list[str], tuple[Recent | Waiting, ...]]] = [
        (departures, ["origin"], ORIGIN_HISTORY),
        (departures, ["carrier"], CARRIER_HISTORY),
        (departure_outcomes(flights), ["tailnum"], TAIL_HISTORY),
        (arrivals, ["dest"], DEST_HISTORY),
        (arrivals, ["carrier", "origin", "dest"], ROUTE_HISTORY),
    ]
    rows = queries
    for events, keys, features in streams:
        # Ask from the bare queries: the joined rows would compute every earlier join anew.
        known = history(queries, events, keys, features)
        rows = rows.join(known, [*keys, "scheduled_at"], "left")
    return rows.fillna(0.0, list(COUNTS))


def _flight_id() -> Column:
    return F.concat_ws(
        "-",
        F.col("scheduled_at").cast("string"),
        "origin",
        "carrier",
        F.col("flight").cast("string"),
    )


def _days_to_holiday(day: Column, start: date, end: date) -> Column:
    """Days to the nearest US federal holiday, before or after, at most ``MAX_HOLIDAY_DISTANCE``."""
    margin = timedelta(days=MAX_HOLIDAY_DISTANCE)
    holidays = USFederalHolidayCalendar().holidays(start - margin, end + margin)
    distances = [F.abs(F.datediff(day, F.lit(holiday.date()))) for holiday in holidays]
    return F.least(F.lit(MAX_HOLIDAY_DISTANCE), F.lit(MAX_HOLIDAY_DISTANCE), *distances)
