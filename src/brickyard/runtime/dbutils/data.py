"""``dbutils.data``: a summary of a data frame's columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brickyard.runtime.dbutils.utility import Utility
from brickyard.runtime.errors import MagicError


class DataUtils(Utility):
    """A first look at a data frame.

    Args:
        display: Shows a data frame as a table.
    """

    title = "dbutils.data"

    def __init__(self, display: Callable[[Any], object]) -> None:
        self._display = display

    def summarize(self, df: Any, precise: bool = False) -> None:
        """Show count, mean, deviation and quartiles of each column as a table.

        Args:
            df: A Spark or pandas data frame.
            precise: For the platform's sake; here they are always exact.
        """
        del precise
        family = type(df).__module__
        if family.startswith("pyspark.sql"):
            self._display(df.summary())
        elif family.startswith("pandas.") and hasattr(df, "describe"):
            summary = df.describe(include="all")
            self._display(summary.rename_axis("summary").reset_index())
        else:
            raise MagicError(
                f"dbutils.data.summarize takes a Spark or pandas data frame, not {family}."
                f"{type(df).__name__}."
            )
