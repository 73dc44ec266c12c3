"""The names that notebooks find: ``spark``, ``dbutils``, ``display`` and the others.

Source: databricks-sdk ``runtime/__init__.py``, ``dbruntime_objects``. None of them starts Spark
before it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from brickyard.errors import BrickyardError
from brickyard.runtime.dbutils import DBUtils
from brickyard.runtime.spark import SparkEngine


class NoSparkContextError(BrickyardError, AttributeError):
    """``sc`` was used, which Spark Connect has not.

    Args:
        name: The attribute.
    """

    def __init__(self, name: str) -> None:
        super().__init__(
            f"[JVM_ATTRIBUTE_NOT_SUPPORTED] sc.{name}: there is no SparkContext in Spark Connect, "
            "here as on clusters with shared access mode.",
            "Use spark: spark.createDataFrame, spark.range, spark.read, spark.conf.",
        )


class SparkContextStandIn:
    """Stands for ``sc`` and says that there is none."""

    def __getattr__(self, name: str) -> NoReturn:
        raise NoSparkContextError(name)

    def __repr__(self) -> str:
        return "<SparkContext: not available in Spark Connect>"


def notebook_names(
    dbutils: DBUtils,
    engine: SparkEngine,
    display: Callable[..., object],
    display_html: Callable[[object], None],
) -> dict[str, Any]:
    """What a notebook's namespace starts with.

    Args:
        dbutils: The run's.
        engine: Spark, not started.
        display: Shows any value.
        display_html: Shows HTML.
    """
    from pyspark.sql.connect.dataframe import DataFrame
    from pyspark.sql.functions import udf

    spark = engine.stand_in

    def sql(query: str, *args: Any, **values: Any) -> Any:
        """The result of a SQL statement as a data frame."""
        return spark.sql(query, *args, **values)

    def table(name: str) -> Any:
        """A table as a data frame."""
        return spark.table(name)

    def display_frame(frame: DataFrame, *args: Any, **options: Any) -> None:
        """Show the data frame."""
        display(frame, *args, **options)

    # The platform's own method; without it a frame takes the name for a column's.
    setattr(DataFrame, "display", display_frame)  # noqa: B010 - mypy knows of no such method
    return {
        "dbutils": dbutils,
        "display": display,
        "displayHTML": display_html,
        "getArgument": dbutils.widgets.getArgument,
        "sc": SparkContextStandIn(),
        "spark": spark,
        "sql": sql,
        "sqlContext": spark,
        "table": table,
        "udf": udf,
    }
