"""Train a LightGBM model of the arrival delay.

Carrier, origin and destination go into the model as whole numbers: the position of the value in a
sorted list taken from the training rows. The lists are part of the model (``DelayModel``), so that
it scores alike whatever values a batch happens to hold; a value not seen in training counts as
missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import lightgbm as lgb
import pandas as pd

from flight_delays.errors import EmptyDataError, FlightDelaysError
from flight_delays.features import CATEGORICAL_FEATURES, FEATURES, LABEL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class TrainingParameters:
    """What the training may vary, by LightGBM's names."""

    num_rounds: int = 300
    learning_rate: float = 0.05
    num_leaves: int = 31
    min_data_in_leaf: int = 200
    feature_fraction: float = 0.6
    bagging_fraction: float = 0.7
    seed: int = 7
    num_threads: int = 0
    """0 leaves it to LightGBM, which takes all cores; the model is the same whatever the number.
    Give 1 on a machine that has other work to do: LightGBM's threads wait for each other spinning,
    and beside one busy process two of them can take ten times as long as one alone."""

    def __post_init__(self) -> None:
        if self.num_rounds < 1:
            raise FlightDelaysError(f"num_rounds is {self.num_rounds}: give at least 1.")
        if self.learning_rate <= 0:
            raise FlightDelaysError(f"learning_rate is {self.learning_rate}: give more than 0.")

    def for_lightgbm(self) -> dict[str, object]:
        """The parameters as LightGBM takes them; the same data and seed give the same model."""
        return {
            "objective": "regression",
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_data_in_leaf": self.min_data_in_leaf,
            "feature_fraction": self.feature_fraction,
            "bagging_fraction": self.bagging_fraction,
            "bagging_freq": 1,
            "max_bin": 127,
            "seed": self.seed,
            "num_threads": self.num_threads,
            "deterministic": True,
            "force_col_wise": True,
            "verbose": -1,
        }


@dataclass(frozen=True)
class DelayModel:
    """A booster, and the values that the codes of its categorical features stand for."""

    booster: lgb.Booster
    categories: Mapping[str, Sequence[str]]

    def inputs(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The booster's inputs, all doubles, from any frame that has the columns ``FEATURES``."""
        return model_inputs(frame, self.categories)

    def predict(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Predicted delays in minutes, one per row of a frame that has the columns ``FEATURES``."""
        return cast("NDArray[np.float64]", self.booster.predict(self.inputs(frame)))


def collect(rows: DataFrame) -> pd.DataFrame:
    """Bring features and label of Spark rows to the driver, in an order that does not vary.

    The order matters to bagging: without it, two trainings on the same rows would differ.

    Raises:
        EmptyDataError: There are no rows.
    """
    frame = rows.orderBy("flight_id").select(*FEATURES, LABEL).toPandas()
    if frame.empty:
        raise EmptyDataError(
            "There are no flights in the period: check its dates, and run feature_engineering "
            "for it."
        )
    return frame


def find_categories(frame: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """The values of each categorical feature, sorted."""
    return {name: tuple(sorted(frame[name].dropna().unique())) for name in CATEGORICAL_FEATURES}


def model_inputs(frame: pd.DataFrame, categories: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Features as doubles in the model's order, with codes for categories.

    Args:
        frame: Any frame that has the columns ``FEATURES``.
        categories: Values of each categorical feature; other values become NaN.
    """
    columns = {
        name: _codes(frame[name], categories[name])
        if name in categories
        else frame[name].astype("float64")
        for name in FEATURES
    }
    return pd.DataFrame(columns, index=frame.index)


def _codes(values: pd.Series[str], known: Sequence[str]) -> pd.Series[float]:
    positions = {value: float(position) for position, value in enumerate(known)}
    return values.map(positions).astype("float64")


def train(frame: pd.DataFrame, parameters: TrainingParameters) -> DelayModel:
    """Train on rows with a label.

    Args:
        frame: ``FEATURES`` and ``LABEL``, as ``collect`` returns them.
        parameters: What to train with.
    """
    settings = parameters.for_lightgbm()
    categories = find_categories(frame)
    data = lgb.Dataset(
        model_inputs(frame, categories),
        label=frame[LABEL].to_numpy(),
        categorical_feature=list(CATEGORICAL_FEATURES),
        params=settings,
    )
    booster = lgb.train(settings, data, num_boost_round=parameters.num_rounds)
    return DelayModel(booster=booster, categories=categories)


def feature_importance(model: DelayModel) -> pd.Series[float]:
    """Share of each feature in the model's total gain, largest first; the shares add up to 1."""
    gain = pd.Series(
        model.booster.feature_importance(importance_type="gain"),
        index=model.booster.feature_name(),
        dtype=float,
    )
    total = gain.sum()
    shares = gain / total if total > 0 else gain
    return shares.sort_values(ascending=False).rename("gain_share")
