"""Write the rows of a period into a Delta table, replacing what the period held before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from flight_delays.errors import FlightDelaysError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from flight_delays.split import Period


def ensure_schema(spark: SparkSession, table: str) -> None:
    """Create the schema of a table ``catalog.schema.table`` if it is not there."""
    parts = table.split(".")
    if len(parts) != 3 or not all(parts):
        raise FlightDelaysError(f"The table name {table!r} must be catalog.schema.table.")
    schema = ".".join(parts[:2])
    if not spark.catalog.databaseExists(schema):
        spark.sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")


def overwrite_period(
    rows: DataFrame, table: str, period: Period, *, replace_if_columns_differ: bool
) -> None:
    """Write ``rows`` in place of the table's rows of the period, in one Delta transaction.

    Args:
        rows: What to write: rows of the period only, with the column ``scheduled_date``.
        table: ``catalog.schema.table``; created if it is not there.
        period: The period to replace; rows of other periods stay.
        replace_if_columns_differ: Whether to replace the whole table when its columns are not those
            of ``rows`` (for what can be computed again), rather than to refuse.

    Raises:
        FlightDelaysError: The columns differ and the table must not be replaced.
    """
    spark = rows.sparkSession
    ensure_schema(spark, table)
    if not spark.catalog.tableExists(table):
        rows.write.format("delta").saveAsTable(table)
        return
    if _columns(spark.table(table)) == _columns(rows):
        day = F.col("scheduled_date")
        within = (day >= F.lit(period.start)) & (day <= F.lit(period.end))
        rows.writeTo(table).overwrite(within)
        return
    if not replace_if_columns_differ:
        raise FlightDelaysError(
            f"The table {table} has other columns than the rows to write: another version of this "
            "package wrote it. Rename it or alter its columns, then run the stage again."
        )
    writer = rows.write.format("delta").mode("overwrite").option("overwriteSchema", "true")
    writer.saveAsTable(table)


def _columns(frame: DataFrame) -> set[tuple[str, str]]:
    return {(field.name, field.dataType.simpleString()) for field in frame.schema.fields}
