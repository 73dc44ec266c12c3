from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from builders import World, flight, observation, plane

from flight_delays.data import check_unique, clean_flights, clean_planes, clean_weather, read_raw
from flight_delays.errors import RawDataError

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession


def test_read_raw_reads_what_was_saved(spark: SparkSession, tmp_path: Path) -> None:
    world = World([flight("2013-06-05 10:30")], [observation("2013-06-05 10:00")], [plane("N1")])
    raw = read_raw(spark, world.save(spark, tmp_path) + "/")
    assert raw.flights.count() == 1
    assert raw.weather.collect()[0]["temp"] == 60.0
    assert raw.planes.collect()[0]["year"] == 2000


def test_read_raw_names_the_columns_that_are_wrong(spark: SparkSession, tmp_path: Path) -> None:
    folder = World([flight("2013-06-05 10:30")]).save(spark, tmp_path)
    table = spark.read.parquet(f"{folder}/flights.parquet").drop("origin")
    table = table.withColumn("dep_delay", table["dep_delay"].cast("string"))
    table.write.parquet(f"{folder}/wrong/flights.parquet")
    with pytest.raises(RawDataError) as caught:
        read_raw(spark, f"{folder}/wrong")
    assert "dep_delay (string, expected int), origin (missing, expected string)" in str(
        caught.value
    )
    assert f"{folder}/wrong/flights.parquet" in str(caught.value)


def test_the_scheduled_departure_is_an_instant(spark: SparkSession) -> None:
    world = World(
        [flight("2013-11-03 00:45"), flight("2013-11-03 03:05"), flight("2013-07-01 23:59")]
    )
    rows = clean_flights(world.raw(spark).flights).orderBy("scheduled_at").collect()
    expected = [
        datetime(2013, 7, 2, 3, 59, tzinfo=UTC),  # daylight saving: four hours from UTC
        datetime(2013, 11, 3, 4, 45, tzinfo=UTC),
        datetime(2013, 11, 3, 8, 5, tzinfo=UTC),  # standard time again: five
    ]
    assert [row["scheduled_at"] for row in rows] == [int(at.timestamp()) for at in expected]
    assert [str(row["scheduled_date"]) for row in rows] == [
        "2013-07-01",
        "2013-11-03",
        "2013-11-03",
    ]


@pytest.mark.parametrize(
    ("tail", "cleaned"), [("N1 ", "N1"), ("", None), ("  ", None), (None, None)]
)
def test_blank_tail_numbers_become_null(
    spark: SparkSession, tail: str | None, cleaned: str | None
) -> None:
    world = World([flight("2013-06-05 10:30", tailnum=tail)])
    assert clean_flights(world.raw(spark).flights).collect()[0]["tailnum"] == cleaned


def test_a_flight_that_occurs_twice_is_refused(spark: SparkSession) -> None:
    rows = [
        flight("2013-06-05 10:30"),
        flight("2013-06-05 10:31"),
        flight("2013-06-05 10:30", dep_delay=5),
    ]
    check_unique(clean_flights(World(rows[:2]).raw(spark).flights))
    with pytest.raises(
        RawDataError, match=r"2 rows for one scheduled flight \(origin=EWR, carrier=UA"
    ):
        check_unique(clean_flights(World(rows).raw(spark).flights))


def test_impossible_wind_becomes_null(spark: SparkSession) -> None:
    weather = [
        observation("2013-02-12 03:00", wind_speed=1048.36058, wind_gust=30.0),
        observation("2013-02-12 04:00", wind_speed=20.0, wind_gust=None),
        observation("2013-02-12 04:00", wind_speed=20.0, wind_gust=None),
    ]
    rows = clean_weather(World([], weather).raw(spark).weather).orderBy("time_hour").collect()
    assert [(row["wind_speed"], row["wind_gust"]) for row in rows] == [(None, 30.0), (20.0, None)]


def test_impossible_years_become_null(spark: SparkSession) -> None:
    planes = [plane("N1", 0), plane("N2", 1956), plane("N2", 1956)]
    rows = clean_planes(World([], [], planes).raw(spark).planes).orderBy("tailnum").collect()
    assert [(row["tailnum"], row["year"]) for row in rows] == [("N1", None), ("N2", 1956)]
