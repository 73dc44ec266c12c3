"""A profile of the features: what each column holds, computed where the rows are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from pyspark.sql import functions as F

from flight_delays.features import LABEL, NUMERIC_FEATURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import Column, DataFrame

QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
STATISTICS = ("count", "nulls", "mean", "std", "min", *QUANTILES, "max")


def feature_profile(
    rows: DataFrame, columns: Sequence[str] = (*NUMERIC_FEATURES, LABEL)
) -> pd.DataFrame:
    """Statistics of numeric columns.

    Args:
        rows: Rows of the feature table.
        columns: The columns to profile.

    Returns:
        One row per column (the index, named ``column``) with the columns ``STATISTICS``. ``count``
        is of values that are not null; the quantiles are approximate.
    """
    aggregates = [
        column.alias(f"{name}__{statistic}")
        for name in columns
        for statistic, column in _statistics(name).items()
    ]
    values = rows.agg(F.count(F.lit(1)).alias("rows"), *aggregates).collect()[0]
    table = pd.DataFrame(
        [
            {statistic: values[f"{name}__{statistic}"] for statistic in _statistics(name)}
            for name in columns
        ],
        index=pd.Index(list(columns), name="column"),
    )
    table["nulls"] = values["rows"] - table["count"]
    counts = {"count": "int64", "nulls": "int64"}
    # Adding zero turns a minimum of -0.0 into 0.0.
    return (table[list(STATISTICS)].astype("float64") + 0.0).astype(counts)


def _statistics(name: str) -> dict[str, Column]:
    value = F.col(name).cast("double")
    quantiles = {key: F.percentile_approx(value, share) for key, share in QUANTILES.items()}
    return {
        "count": F.count(value),
        "mean": F.avg(value),
        "std": F.stddev(value),
        "min": F.min(value),
        **quantiles,
        "max": F.max(value),
    }
