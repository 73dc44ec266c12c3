"""Small raw data to test with."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flight_delays.data import FLIGHTS_SCHEMA, PLANES_SCHEMA, WEATHER_SCHEMA, RawData

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import DataFrame, SparkSession

NEW_YORK = ZoneInfo("America/New_York")
Row = dict[str, Any]


def flight(at: str, **changed: object) -> Row:
    """A raw flight scheduled at a New York time such as ``2013-06-05 10:30``, and on time."""
    local = datetime.fromisoformat(at).replace(tzinfo=NEW_YORK)
    clock = local.hour * 100 + local.minute
    row: Row = {
        "year": local.year,
        "month": local.month,
        "day": local.day,
        "hour": local.hour,
        "minute": local.minute,
        "time_hour": local.astimezone(UTC).replace(minute=0),
        "sched_dep_time": clock,
        "sched_arr_time": (clock + 200) % 2400,
        "dep_time": clock,
        "arr_time": (clock + 200) % 2400,
        "dep_delay": 0,
        "arr_delay": 0,
        "air_time": 100,
        "carrier": "UA",
        "flight": 1,
        "tailnum": "N1",
        "origin": "EWR",
        "dest": "IAH",
        "distance": 1400,
    }
    assert changed.keys() <= row.keys()
    return row | changed


def cancelled(at: str, **changed: object) -> Row:
    """A flight that did not take place."""
    nothing = dict.fromkeys(("dep_time", "arr_time", "dep_delay", "arr_delay", "air_time"))
    return flight(at, **nothing, **changed)


def scheduled_at(row: Row) -> int:
    """Seconds since the epoch of a raw flight's scheduled departure."""
    return int(row["time_hour"].timestamp()) + int(row["minute"]) * 60


def observation(at: str, **changed: object) -> Row:
    """Weather at an airport, at a full hour of New York time."""
    local = datetime.fromisoformat(at).replace(tzinfo=NEW_YORK)
    row: Row = {
        "origin": "EWR",
        "time_hour": local.astimezone(UTC),
        "temp": 60.0,
        "dewp": 50.0,
        "humid": 70.0,
        "wind_dir": 180.0,
        "wind_speed": 10.0,
        "wind_gust": None,
        "precip": 0.0,
        "pressure": 1015.0,
        "visib": 10.0,
    }
    assert changed.keys() <= row.keys()
    return row | changed


def plane(tailnum: str, year: int | None = 2000, seats: int = 150, engines: int = 2) -> Row:
    """An aircraft."""
    return {"tailnum": tailnum, "year": year, "seats": seats, "engines": engines}


@dataclass(frozen=True)
class World:
    """Raw rows that can be changed before they become tables."""

    flights: list[Row]
    weather: list[Row] = field(default_factory=list)
    planes: list[Row] = field(default_factory=list)

    def raw(self, spark: SparkSession) -> RawData:
        """The rows as Spark tables."""
        return RawData(
            flights=_table(spark, self.flights, FLIGHTS_SCHEMA),
            weather=_table(spark, self.weather, WEATHER_SCHEMA),
            planes=_table(spark, self.planes, PLANES_SCHEMA),
        )

    def save(self, spark: SparkSession, folder: Path) -> str:
        """Write the tables as ``read_raw`` reads them, and return the folder."""
        raw = self.raw(spark)
        for name in ("flights", "weather", "planes"):
            getattr(raw, name).write.mode("overwrite").parquet(str(folder / f"{name}.parquet"))
        return str(folder)

    def with_flights(self, flights: list[Row]) -> World:
        """The same with other flights."""
        return replace(self, flights=flights)


def _table(spark: SparkSession, rows: list[Row], schema: Any) -> DataFrame:
    return spark.createDataFrame(
        [tuple(row[name] for name in schema.names) for row in rows], schema
    )


def random_world(first_day: str, days: int, per_day: int, seed: int = 1) -> World:
    """Flights whose delays depend on the weather, the hour and the carrier, and on chance.

    Some leave early, some very late, some are cancelled; aircraft fly several times a day.
    """
    chance = random.Random(seed)  # noqa: S311 - test data
    start = datetime.fromisoformat(first_day)
    flights, weather = [], []
    for day in range(days):
        date = start + timedelta(days=day)
        rain = chance.choice([0.0, 0.0, 0.1, 0.4])
        for origin in ("EWR", "JFK", "LGA"):
            weather += [
                observation(
                    f"{date + timedelta(hours=hour):%Y-%m-%d %H:%M}",
                    origin=origin,
                    precip=rain,
                    temp=40.0 + hour,
                    wind_speed=chance.uniform(0, 30),
                )
                for hour in range(24)
            ]
        flights += [_random_flight(chance, date, number, rain) for number in range(per_day)]
    planes = [plane(f"N{number}", 1990 + number % 20) for number in range(8)]
    return World(flights, weather, planes)


def _random_flight(chance: random.Random, date: datetime, number: int, rain: float) -> Row:
    hour = chance.randint(6, 21)
    at = f"{date + timedelta(hours=hour, minutes=chance.randrange(60)):%Y-%m-%d %H:%M}"
    carrier = chance.choice(["UA", "B6", "EV"])
    keys = {
        "flight": number,
        "carrier": carrier,
        "origin": chance.choice(["EWR", "JFK", "LGA"]),
        "dest": chance.choice(["IAH", "BOS", "LAX"]),
        "tailnum": chance.choice([None, *(f"N{tail}" for tail in range(10))]),
    }
    if chance.random() < 0.05:
        return cancelled(at, **keys)
    expected = -8 + 2.0 * (hour - 6) + 100 * rain + (15 if carrier == "EV" else 0)
    late = round(expected + chance.gauss(0, 8)) + (400 if chance.random() < 0.02 else 0)
    return flight(
        at,
        dep_delay=late,
        arr_delay=late + chance.randint(-15, 10),
        air_time=chance.randint(40, 320),
        **keys,
    )
