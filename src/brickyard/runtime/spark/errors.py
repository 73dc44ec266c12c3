"""What the local Spark engine raises on purpose."""

from __future__ import annotations

from pyspark.errors import AnalysisException

from brickyard.errors import BrickyardError


class LocalSparkError(BrickyardError):
    """Something about the local Spark engine that the user can put right."""


class UnsupportedSqlError(LocalSparkError):
    """A statement that Databricks knows and the local engine does not."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"The local Spark engine does not support {what}.", remedy)


def analysis_error(condition: str, message: str) -> AnalysisException:
    """The exception that Spark raises for a plan which cannot be resolved.

    Args:
        condition: Spark's error condition, such as ``TABLE_OR_VIEW_NOT_FOUND``; users' code
            matches it.
        message: What is wrong, in a sentence.

    Returns:
        An ``AnalysisException`` whose text starts with ``[CONDITION]``, as Spark's does.
    """
    return AnalysisException(f"[{condition}] {message}")
