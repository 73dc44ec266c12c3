"""Reading a Delta table's own log, past the engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pyspark.sql.types import StructType

if TYPE_CHECKING:
    from deltalake import DeltaTable


def open_delta_table(folder: str) -> DeltaTable:
    """Open the Delta table in a folder, as of now.

    Args:
        folder: The folder as the engine takes it, with or without ``file://``.
    """
    # Not at the module's top: importing deltalake starts a thread, and a process that is forked
    # for each run imports this module first.
    from deltalake import DeltaTable

    return DeltaTable(folder.removeprefix("file://"))


def columns_of(table: DeltaTable) -> StructType:
    """A Delta table's columns as Spark's type."""
    return StructType.fromJson(json.loads(table.schema().to_json()))
