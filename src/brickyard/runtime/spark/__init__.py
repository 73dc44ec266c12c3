"""Spark in a notebook's process: the engine, its persistent tables and its paths.

The engine is Sail, which keeps tables in memory catalogs and knows only local paths. What makes it
look like Databricks stands between the Spark Connect client and it: an interceptor that registers
the warehouse's tables as plans name them, maps paths, and carries out what the engine lacks.
"""

from brickyard.runtime.spark.engine import SparkEngine
from brickyard.runtime.spark.errors import LocalSparkError, UnsupportedSqlError
from brickyard.runtime.spark.settings import SparkSettings

__all__ = ["LocalSparkError", "SparkEngine", "SparkSettings", "UnsupportedSqlError"]
