"""Modules that are part of the platform's own Python, by the names that libraries look for.

``dbruntime`` is what databricks-sdk and MLflow ask; ``pyspark.dbutils`` is how users' modules get
at ``dbutils``. They are put in place when a process is told its run: whatever is imported before
that finds itself off the platform.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from brickyard.runtime.context import NotebookContext
from brickyard.runtime.modules import (
    databricks_repl_context,
    dbruntime,
    display,
    pyspark_dbutils,
    sdk_credential_provider,
)
from brickyard.runtime.modules.binding import bind

__all__ = ["install"]

_MODULES: dict[str, ModuleType] = {
    "dbruntime": dbruntime,
    "dbruntime.databricks_repl_context": databricks_repl_context,
    "dbruntime.dbutils": pyspark_dbutils,
    "dbruntime.display": display,
    "dbruntime.sdk_credential_provider": sdk_credential_provider,
    "pyspark.dbutils": pyspark_dbutils,
}


def install(names: dict[str, Any], context: NotebookContext) -> None:
    """Make the modules importable by their names on the platform.

    Args:
        names: The names that notebooks find.
        context: The notebook's context.
    """
    bind(names, context)
    # Imported before, it has found itself off the platform.
    sys.modules.pop("databricks.sdk.runtime", None)
    for name, module in _MODULES.items():
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent in sys.modules:
            setattr(sys.modules[parent], child, module)
