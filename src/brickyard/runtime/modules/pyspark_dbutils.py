"""``pyspark.dbutils``: how users' modules make ``dbutils`` from a Spark session."""

from __future__ import annotations

from typing import Any

from brickyard.runtime.dbutils.fs import FileInfo
from brickyard.runtime.dbutils.mounts import MountInfo
from brickyard.runtime.dbutils.secrets import SecretMetadata, SecretScope
from brickyard.runtime.modules.binding import bound

__all__ = ["DBUtils", "FileInfo", "MountInfo", "SecretMetadata", "SecretScope"]


def DBUtils(spark: object = None) -> Any:  # noqa: N802 - the platform's name, a class there
    """The notebook's ``dbutils``.

    Args:
        spark: For the platform's sake.
    """
    del spark
    return bound().names["dbutils"]
