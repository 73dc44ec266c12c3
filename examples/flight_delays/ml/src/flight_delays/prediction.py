"""Predict arrival delays of Spark rows, on the workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lightgbm as lgb
from pyspark.sql import functions as F
from pyspark.sql import types as T

from flight_delays.features import FEATURES
from flight_delays.training import DelayModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from pyspark.sql import DataFrame

PREDICTION = "predicted_arr_delay"
"""Predicted arrival delay in minutes."""

INSTANT = "scheduled_departure"

IDENTITY = (
    "flight_id",
    "scheduled_date",
    INSTANT,
    "carrier",
    "flight",
    "tailnum",
    "origin",
    "dest",
)
"""What of a flight is kept beside its prediction."""


def score(rows: DataFrame, model: DelayModel) -> DataFrame:
    """Add the prediction to Spark rows, where the rows are.

    The model travels as its text (about 1 MB) inside the function, so the workers need this package
    and LightGBM but no access to a registry.

    Args:
        rows: Rows of the feature table.
        model: What ``training.train`` returned, or the same loaded from a registry.

    Returns:
        ``IDENTITY`` and ``PREDICTION``, one row per row; lazily evaluated.
    """
    text, categories = model.booster.model_to_string(), dict(model.categories)

    def score_batches(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        local = DelayModel(lgb.Booster(model_str=text), categories)
        for batch in batches:
            if batch.empty:
                continue
            scored = batch[list(IDENTITY)]
            yield scored.assign(**{PREDICTION: local.predict(batch)})

    needed = list(dict.fromkeys((*IDENTITY, *FEATURES)))
    # The instant travels as a number: through pandas it would pass the session's time zone, in
    # which an hour of the year is ambiguous.
    plain = rows.select(*needed).withColumn(INSTANT, F.col(INSTANT).cast("long"))
    kept = plain.select(*IDENTITY).schema.fields
    schema = T.StructType([*kept, T.StructField(PREDICTION, T.DoubleType())])
    scored = plain.mapInPandas(score_batches, schema)
    return scored.withColumn(INSTANT, F.timestamp_seconds(F.col(INSTANT)))
