"""How good a model is: RMSE and MAE in minutes, beside a baseline of carrier and hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pyspark.sql import functions as F

from flight_delays.errors import EmptyDataError
from flight_delays.features import LABEL

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from pyspark.sql import DataFrame

BASELINE_KEYS = ("carrier", "scheduled_hour")


@dataclass(frozen=True)
class Errors:
    """Root mean squared and mean absolute error, both in minutes, over ``rows`` flights."""

    rmse: float
    mae: float
    rows: int


@dataclass(frozen=True)
class Comparison:
    """The errors of a model and of the baseline on the same flights."""

    model: Errors
    baseline: Errors

    @property
    def rmse_gain(self) -> float:
        """Share of the baseline's RMSE that the model takes away; negative when it is worse."""
        return 1.0 - self.model.rmse / self.baseline.rmse

    @property
    def mae_gain(self) -> float:
        """Share of the baseline's MAE that the model takes away; negative when it is worse."""
        return 1.0 - self.model.mae / self.baseline.mae


@dataclass(frozen=True)
class Baseline:
    """Mean delay by carrier and scheduled hour, and over all flights for pairs never seen."""

    means: dict[tuple[str, int], float]
    overall: float

    def predict(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Predicted delays in minutes for rows with the columns ``BASELINE_KEYS``."""
        pairs = zip(frame["carrier"], frame["scheduled_hour"].astype(int), strict=True)
        return np.array([self.means.get(pair, self.overall) for pair in pairs], dtype=np.float64)


def fit_baseline(rows: DataFrame) -> Baseline:
    """Learn the baseline from labelled training rows.

    Raises:
        EmptyDataError: There are no rows.
    """
    groups = (
        rows.groupBy(*BASELINE_KEYS)
        .agg(F.sum(LABEL).alias("total"), F.count(LABEL).alias("number"))
        .where("number > 0")
        .collect()
    )
    if not groups:
        raise EmptyDataError("There are no labelled flights to learn the baseline from.")
    means = {
        (str(row["carrier"]), int(row["scheduled_hour"])): float(row["total"]) / row["number"]
        for row in groups
    }
    total = sum(float(row["total"]) for row in groups)
    return Baseline(means=means, overall=total / sum(row["number"] for row in groups))


def errors(actual: ArrayLike, predicted: ArrayLike) -> Errors:
    """The errors of predictions, both arrays in minutes and of the same length.

    Raises:
        ValueError: The arrays differ in shape, are empty, or hold a value that is not finite.
    """
    truth = np.asarray(actual, dtype=np.float64)
    guess = np.asarray(predicted, dtype=np.float64)
    if truth.shape != guess.shape or truth.size == 0:
        raise ValueError(
            f"Cannot compare {truth.shape} actual with {guess.shape} predicted values."
        )
    residual = guess - truth
    if not np.isfinite(residual).all():
        raise ValueError(
            "Actual or predicted values are not all finite: leave unlabelled rows out."
        )
    return Errors(
        rmse=float(np.sqrt(np.mean(residual**2))),
        mae=float(np.mean(np.abs(residual))),
        rows=int(truth.size),
    )


def compare(frame: pd.DataFrame, predicted: ArrayLike, baseline: Baseline) -> Comparison:
    """Errors of predictions and of the baseline on the labelled rows of ``frame``."""
    actual = frame[LABEL].to_numpy()
    return Comparison(
        model=errors(actual, predicted), baseline=errors(actual, baseline.predict(frame))
    )
