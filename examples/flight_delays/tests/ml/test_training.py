from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from flight_delays.errors import EmptyDataError, FlightDelaysError
from flight_delays.features import CATEGORICAL_FEATURES, FEATURES, LABEL, NUMERIC_FEATURES
from flight_delays.training import (
    DelayModel,
    TrainingParameters,
    collect,
    feature_importance,
    model_inputs,
    train,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PARAMETERS = TrainingParameters(num_rounds=40, min_data_in_leaf=10, learning_rate=0.2)
EFFECT = {"AA": -10.0, "B6": 0.0, "UA": 25.0}


def table(rows: int = 600, seed: int = 3) -> pd.DataFrame:
    """Delays that depend on the carrier and on origin_delay_1h alone."""
    chance = np.random.default_rng(seed)
    frame = pd.DataFrame({name: chance.normal(size=rows) for name in NUMERIC_FEATURES})
    frame["carrier"] = chance.choice(list(EFFECT), size=rows)
    frame["origin"] = chance.choice(["EWR", "JFK"], size=rows)
    frame["dest"] = chance.choice(["BOS", "IAH", "LAX"], size=rows)
    frame[LABEL] = frame["carrier"].map(EFFECT) + 5 * frame["origin_delay_1h"]
    return frame


@pytest.fixture(scope="module")
def model() -> DelayModel:
    return train(table(), PARAMETERS)


def test_the_model_learns_what_the_label_depends_on(model: DelayModel) -> None:
    unseen = table(seed=4)
    error = model.predict(unseen) - unseen[LABEL]
    assert float(np.sqrt((error**2).mean())) < 3.0 < float(unseen[LABEL].std()) / 4


def test_importance_is_the_share_of_gain(model: DelayModel) -> None:
    shares = feature_importance(model)
    assert list(shares.index[:2]) == ["carrier", "origin_delay_1h"]
    assert sorted(shares.index) == sorted(FEATURES)
    assert shares.sum() == pytest.approx(1.0)
    assert shares.is_monotonic_decreasing


def test_the_same_rows_and_seed_give_the_same_model(model: DelayModel) -> None:
    again = train(table(), PARAMETERS)
    assert again.booster.model_to_string() == model.booster.model_to_string()
    threads = train(table(), replace(PARAMETERS, num_threads=2))
    np.testing.assert_array_equal(threads.predict(table()), model.predict(table()))
    other = train(table(), replace(PARAMETERS, seed=8))
    assert other.booster.model_to_string() != model.booster.model_to_string()


def test_a_prediction_does_not_depend_on_the_rest_of_the_batch(model: DelayModel) -> None:
    frame = table(seed=5)
    together = model.predict(frame)
    alone = np.concatenate([model.predict(part) for _, part in frame.groupby("carrier")])
    order = np.concatenate([part.index for _, part in frame.groupby("carrier")])
    np.testing.assert_array_equal(alone, together[order])


def test_the_booster_read_back_from_its_text_predicts_the_same(model: DelayModel) -> None:
    frame = table(seed=5)
    copy = DelayModel(lgb.Booster(model_str=model.booster.model_to_string()), model.categories)
    np.testing.assert_array_equal(copy.predict(frame), model.predict(frame))


def test_values_not_seen_in_training_count_as_missing(model: DelayModel) -> None:
    row = table(1)
    missing = model.predict(row.assign(carrier=None))
    np.testing.assert_array_equal(model.predict(row.assign(carrier="??")), missing)
    assert model.inputs(row.assign(carrier="??"))["carrier"].isna().all()


def test_inputs_are_doubles_in_the_models_order() -> None:
    frame = table(3).assign(carrier=pd.Series(["UA", None, "AA"]))[[*reversed(FEATURES)]]
    categories = {"carrier": ["AA", "UA"], "origin": ["EWR", "JFK"], "dest": ["BOS", "IAH", "LAX"]}
    inputs = model_inputs(frame, categories)
    assert list(inputs.columns) == list(FEATURES)
    assert set(inputs.dtypes.astype(str)) == {"float64"}
    np.testing.assert_array_equal(inputs["carrier"], [1.0, np.nan, 0.0])


def test_categories_are_found_in_the_training_rows(model: DelayModel) -> None:
    assert set(model.categories) == set(CATEGORICAL_FEATURES)
    assert model.categories["carrier"] == ("AA", "B6", "UA")


def test_collect_orders_the_rows(spark: SparkSession) -> None:
    frame = table(20).assign(flight_id=[f"{number:02}" for number in range(20)])
    shuffled = spark.createDataFrame(frame.sample(frac=1.0, random_state=1))
    collected = collect(shuffled)
    pd.testing.assert_frame_equal(collected, frame[[*FEATURES, LABEL]])
    with pytest.raises(EmptyDataError, match="run feature_engineering"):
        collect(shuffled.where("1 = 0"))


@pytest.mark.parametrize("wrong", [{"num_rounds": 0}, {"learning_rate": 0.0}])
def test_parameters_are_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(FlightDelaysError, match=next(iter(wrong))):
        replace(PARAMETERS, **wrong)  # type: ignore[arg-type]  # names and values vary
