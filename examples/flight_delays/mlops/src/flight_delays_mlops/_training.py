"""Stage: train a model on the labelled flights of a period and log it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import lightgbm as lgb
import mlflow
import mlflow.lightgbm
import numpy as np
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema

from flight_delays.features import FEATURES
from flight_delays.plots import importance_figure
from flight_delays.split import in_period, labelled
from flight_delays.training import collect, feature_importance, train
from flight_delays_mlops._model_io import to_metadata
from flight_delays_mlops._results import TrainedModel
from flight_delays_mlops._tracking import stage_run

if TYPE_CHECKING:
    from mlflow.models.model import ModelInfo
    from pyspark.sql import SparkSession

    from flight_delays.split import Period
    from flight_delays.training import DelayModel, TrainingParameters

IMPORTANCE_PLOT = "plots/feature_importance.png"
IMPORTANCE_FILE = "feature_importance.csv"
EXAMPLE_ROWS = 5


def training(
    spark: SparkSession,
    *,
    experiment_id: str,
    feature_table: str,
    period: Period,
    parameters: TrainingParameters,
) -> TrainedModel:
    """Train on the feature table and log the model; it is not registered yet.

    Args:
        spark: The session.
        experiment_id: Where to record the run.
        feature_table: ``catalog.schema.table`` that feature_engineering wrote.
        period: Scheduled dates to train on; flights without an arrival delay are left out.
        parameters: What to train with.

    Raises:
        EmptyDataError: The table holds no labelled flight of the period.
    """
    recorded = {"feature_table": feature_table, "period": period, **asdict(parameters)}
    with stage_run("training", experiment_id, recorded) as run_id:
        rows = collect(labelled(in_period(spark.table(feature_table), period)))
        model = train(rows, parameters)
        importance = feature_importance(model)
        mlflow.log_metrics({"training_rows": len(rows), "trees": model.booster.num_trees()})
        mlflow.log_figure(importance_figure(importance), IMPORTANCE_PLOT)
        mlflow.log_text(importance.to_csv(index_label="feature"), IMPORTANCE_FILE)
        logged = _log_model(model, rows.head(EXAMPLE_ROWS))
        mlflow.set_tags({"model_id": logged.model_id, "model_uri": logged.model_uri})
    return TrainedModel(
        run_id=run_id,
        model_id=logged.model_id,
        model_uri=logged.model_uri,
        period=period,
        rows=len(rows),
    )


def signature() -> ModelSignature:
    """Every feature is a double and may be NaN; inferred from a few rows, some might not."""
    inputs = Schema([ColSpec(DataType.double, name) for name in FEATURES])
    return ModelSignature(inputs=inputs, outputs=Schema([ColSpec(DataType.double)]))


def _log_model(model: DelayModel, example: pd.DataFrame) -> ModelInfo:
    logged: ModelInfo = mlflow.lightgbm.log_model(
        model.booster,
        name="model",
        signature=signature(),
        input_example=model.inputs(example),
        # Stated, for finding them out loads the model in another process, which takes seconds.
        pip_requirements=[
            f"lightgbm=={lgb.__version__}",
            f"numpy=={np.__version__}",
            f"pandas=={pd.__version__}",
        ],
        metadata=to_metadata(model),
    )
    return logged
