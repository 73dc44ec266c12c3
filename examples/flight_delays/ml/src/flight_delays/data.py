"""Read the raw flights, weather and planes; check their schema and clean them.

All instants are UTC. ``time_hour`` is the full hour of the scheduled departure (flights) or of the
observation (weather); ``year``, ``month``, ``day``, ``hour`` and ``minute`` are New York local
time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import functions as F
from pyspark.sql import types as T

from flight_delays.errors import RawDataError

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

FLIGHTS_SCHEMA = T.StructType(
    [
        T.StructField("year", T.IntegerType()),
        T.StructField("month", T.IntegerType()),
        T.StructField("day", T.IntegerType()),
        T.StructField("hour", T.IntegerType()),
        T.StructField("minute", T.IntegerType()),
        T.StructField("time_hour", T.TimestampType()),
        T.StructField("sched_dep_time", T.IntegerType()),
        T.StructField("sched_arr_time", T.IntegerType()),
        T.StructField("dep_time", T.IntegerType()),
        T.StructField("arr_time", T.IntegerType()),
        T.StructField("dep_delay", T.IntegerType()),
        T.StructField("arr_delay", T.IntegerType()),
        T.StructField("air_time", T.IntegerType()),
        T.StructField("carrier", T.StringType()),
        T.StructField("flight", T.IntegerType()),
        T.StructField("tailnum", T.StringType()),
        T.StructField("origin", T.StringType()),
        T.StructField("dest", T.StringType()),
        T.StructField("distance", T.IntegerType()),
    ]
)
"""One row per scheduled flight. Delays and ``air_time`` in minutes, ``distance`` in miles,
``*_time`` as HHMM local clock; null where the flight was cancelled (no departure) or diverted (no
arrival)."""

WEATHER_SCHEMA = T.StructType(
    [
        T.StructField("origin", T.StringType()),
        T.StructField("time_hour", T.TimestampType()),
        T.StructField("temp", T.DoubleType()),
        T.StructField("dewp", T.DoubleType()),
        T.StructField("humid", T.DoubleType()),
        T.StructField("wind_dir", T.DoubleType()),
        T.StructField("wind_speed", T.DoubleType()),
        T.StructField("wind_gust", T.DoubleType()),
        T.StructField("precip", T.DoubleType()),
        T.StructField("pressure", T.DoubleType()),
        T.StructField("visib", T.DoubleType()),
    ]
)
"""One row per airport and hour: degrees Fahrenheit, per cent, mph, inches, millibar, miles."""

PLANES_SCHEMA = T.StructType(
    [
        T.StructField("tailnum", T.StringType()),
        T.StructField("year", T.IntegerType()),
        T.StructField("seats", T.IntegerType()),
        T.StructField("engines", T.IntegerType()),
    ]
)
"""One row per aircraft: year of manufacture (null where unknown), seats, engines."""

FLIGHT_KEY = ("origin", "carrier", "flight", "scheduled_departure")
"""What identifies one scheduled flight."""

MAX_WIND_MPH = 150.0
"""Higher readings are faults of the instrument: the data hold one of 1048 mph."""

MIN_PLANE_YEAR = 1950


@dataclass(frozen=True)
class RawData:
    """The three raw tables, as read."""

    flights: DataFrame
    weather: DataFrame
    planes: DataFrame


def read_raw(spark: SparkSession, raw_data_path: str) -> RawData:
    """Read ``flights``, ``weather`` and ``planes`` (``<name>.parquet``) below a folder.

    Args:
        spark: The session to read with.
        raw_data_path: Folder as Spark names it: ``dbfs:/…``, ``abfss://…`` or ``/Volumes/…``.

    Returns:
        The tables with exactly the columns of the schemas above; nothing is computed yet.

    Raises:
        RawDataError: A table lacks a column or has one of another type.
    """
    folder = raw_data_path.rstrip("/")

    def read(name: str, schema: T.StructType) -> DataFrame:
        path = f"{folder}/{name}.parquet"
        return check_schema(spark.read.parquet(path), schema, path)

    return RawData(
        flights=read("flights", FLIGHTS_SCHEMA),
        weather=read("weather", WEATHER_SCHEMA),
        planes=read("planes", PLANES_SCHEMA),
    )


def check_schema(frame: DataFrame, schema: T.StructType, source: str) -> DataFrame:
    """Return the schema's columns of ``frame``, in the schema's order.

    Args:
        frame: What was read.
        schema: The columns and types it must have; further columns are dropped.
        source: Where it was read from, for the message.

    Raises:
        RawDataError: A column is missing or has another type.
    """
    found = {field.name: field.dataType.simpleString() for field in frame.schema.fields}
    expected = {field.name: field.dataType.simpleString() for field in schema.fields}
    faults = [
        f"{name} ({found.get(name, 'missing')}, expected {type_})"
        for name, type_ in expected.items()
        if found.get(name) != type_
    ]
    if faults:
        raise RawDataError(
            f"{source}: unexpected columns: {', '.join(faults)}. "
            "Upload the raw data again with seed.py, or point raw_data_path at the right folder."
        )
    return frame.select(*schema.names)


def clean_flights(flights: DataFrame) -> DataFrame:
    """Give each scheduled flight its instants.

    Adds ``scheduled_date`` (local date), ``scheduled_departure`` (UTC instant) and ``scheduled_at``
    (the same in seconds since the epoch). Blank tail numbers become null.
    """
    at = F.col("time_hour").cast("long") + F.col("minute") * 60
    return (
        flights.withColumn("scheduled_at", at.cast("long"))
        .withColumn("scheduled_departure", F.timestamp_seconds(F.col("scheduled_at")))
        .withColumn("scheduled_date", F.make_date("year", "month", "day"))
        .withColumn("tailnum", F.when(F.trim("tailnum") != "", F.trim("tailnum")))
    )


def check_unique(flights: DataFrame) -> None:
    """Refuse cleaned flights in which one scheduled flight occurs twice.

    Dropping one of the two would be a guess, and would differ from run to run.

    Raises:
        RawDataError: ``FLIGHT_KEY`` does not identify a row.
    """
    repeated = flights.groupBy(*FLIGHT_KEY).count().where("count > 1").limit(1).collect()
    if repeated:
        row = repeated[0]
        key = ", ".join(f"{name}={row[name]}" for name in FLIGHT_KEY)
        raise RawDataError(
            f"flights: {row['count']} rows for one scheduled flight ({key}). "
            "Upload the raw data again with seed.py: each flight must occur once."
        )


def clean_weather(weather: DataFrame) -> DataFrame:
    """One observation per airport and hour, with impossible wind readings made null."""

    def plausible(column: str) -> Column:
        return F.when(F.col(column) <= MAX_WIND_MPH, F.col(column)).alias(column)

    kept = [
        plausible(name) if name in {"wind_speed", "wind_gust"} else F.col(name)
        for name in WEATHER_SCHEMA.names
    ]
    return weather.select(*kept).dropDuplicates(["origin", "time_hour"])


def clean_planes(planes: DataFrame) -> DataFrame:
    """One row per tail number, with impossible years of manufacture made null."""
    year = F.when(F.col("year") >= MIN_PLANE_YEAR, F.col("year"))
    return planes.withColumn("year", year).dropDuplicates(["tailnum"])
