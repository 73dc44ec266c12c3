"""``delta.tables``, which clusters of Databricks have installed: its classes, told in SQL.

The original needs a JVM. Here every method is the SQL statement that it stands for, so that it
holds for any engine that ``spark`` is.
"""

from __future__ import annotations

import sys
import types
from typing import Any

from brickyard.runtime.spark.deltaapi.builder import DeltaTableBuilder
from brickyard.runtime.spark.deltaapi.merge import DeltaMergeBuilder
from brickyard.runtime.spark.deltaapi.table import DeltaOptimizeBuilder, DeltaTable

__all__ = ["DeltaTable", "install"]


def install() -> None:
    """Make ``from delta.tables import DeltaTable`` give these classes."""
    package, tables = types.ModuleType("delta"), types.ModuleType("delta.tables")
    classes = (DeltaTable, DeltaTableBuilder, DeltaMergeBuilder, DeltaOptimizeBuilder)
    for each in classes:
        setattr(tables, each.__name__, each)
    contents: dict[str, Any] = {
        "__path__": [],
        "tables": tables,
        "DeltaTable": DeltaTable,
        # Sets up a JVM's classes; here there is nothing to set up.
        "configure_spark_with_delta_pip": lambda builder, *_: builder,
    }
    vars(package).update(contents)
    sys.modules["delta"], sys.modules["delta.tables"] = package, tables
