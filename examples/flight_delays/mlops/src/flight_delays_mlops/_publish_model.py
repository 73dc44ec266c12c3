"""Stage: put an evaluated model into the registry and point an alias at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mlflow
from mlflow import MlflowClient

from flight_delays.errors import FlightDelaysError
from flight_delays_mlops._results import PublishedModel
from flight_delays_mlops._tracking import MODEL_RUN_TAG, stage_run

if TYPE_CHECKING:
    from flight_delays_mlops._results import Evaluation, TrainedModel


class ModelNotGoodEnoughError(FlightDelaysError):
    """The model does not beat the baseline by what was asked, so it is not published."""


def publish_model(
    *,
    experiment_id: str,
    trained: TrainedModel,
    evaluated: Evaluation,
    model_name: str,
    alias: str,
    min_rmse_gain: float = 0.0,
) -> PublishedModel:
    """Register the model and set the alias on the version that the registry gave it.

    A model that was registered before, by an attempt that failed later or by an earlier run, keeps
    its version: only the alias is set again.

    Args:
        experiment_id: Where to record the run.
        trained: The model.
        evaluated: Its evaluation.
        model_name: Name in the registry; ``catalog.schema.model`` in Unity Catalog.
        alias: Alias to point at the version, such as ``champion``.
        min_rmse_gain: The share of the baseline's RMSE that the model must take away, at the least.

    Raises:
        ModelNotGoodEnoughError: It does not.
        FlightDelaysError: The evaluation is of another model.
    """
    recorded = {
        "model_name": model_name,
        "alias": alias,
        "min_rmse_gain": min_rmse_gain,
        "model_uri": trained.model_uri,
    }
    tags = {MODEL_RUN_TAG: trained.run_id}
    with stage_run("publish_model", experiment_id, recorded, tags) as run_id:
        _check(trained, evaluated, min_rmse_gain)
        version = _registered_version(model_name, trained.run_id)
        if version is None:
            version = str(mlflow.register_model(trained.model_uri, model_name).version)
        MlflowClient().set_registered_model_alias(model_name, alias, version)
        mlflow.set_tags({"model_name": model_name, "model_version": version})
    return PublishedModel(
        run_id=run_id,
        model_run_id=trained.run_id,
        name=model_name,
        version=version,
        alias=alias,
    )


def _check(trained: TrainedModel, evaluated: Evaluation, min_rmse_gain: float) -> None:
    if evaluated.model_run_id != trained.run_id:
        raise FlightDelaysError(
            f"The evaluation is of the model of run {evaluated.model_run_id}, not of "
            f"{trained.run_id}: run the evaluation stage for the model to publish."
        )
    # Negated, so that a gain that is not a number is refused too.
    if not evaluated.rmse_gain > min_rmse_gain:
        raise ModelNotGoodEnoughError(
            f"The model's RMSE of {evaluated.rmse:.2f} min takes {evaluated.rmse_gain:.1%} off the "
            f"baseline's {evaluated.baseline_rmse:.2f} min; more than {min_rmse_gain:.1%} is "
            "asked. It is not published."
        )


def _registered_version(model_name: str, model_run_id: str) -> str | None:
    # Filtered here by run: Unity Catalog filters by name alone.
    versions = MlflowClient().search_model_versions(f"name='{model_name}'")
    numbers = [int(item.version) for item in versions if item.run_id == model_run_id]
    return str(max(numbers)) if numbers else None
