"""Stage: measure a trained model, beside a baseline, on a period after its training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mlflow

from flight_delays.evaluation import compare, fit_baseline
from flight_delays.features import LABEL
from flight_delays.plots import residual_figure
from flight_delays.split import split_by_time
from flight_delays.training import collect
from flight_delays_mlops._model_io import load_model
from flight_delays_mlops._results import Evaluation
from flight_delays_mlops._tracking import MODEL_RUN_TAG, stage_run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from flight_delays.evaluation import Comparison
    from flight_delays.split import Period
    from flight_delays_mlops._results import TrainedModel

RESIDUAL_PLOT = "plots/residuals.png"


def evaluation(
    spark: SparkSession,
    *,
    experiment_id: str,
    feature_table: str,
    trained: TrainedModel,
    period: Period,
) -> Evaluation:
    """Compare the logged model with the baseline, which learns from the model's training period.

    The metrics are recorded with this stage's run, with the model, and with the run that trained
    it, for there people look when they compare models.

    Args:
        spark: The session.
        experiment_id: Where to record the run.
        feature_table: ``catalog.schema.table`` that feature_engineering wrote.
        trained: The model to evaluate.
        period: Scheduled dates to evaluate on.

    Raises:
        FlightDelaysError: The period does not lie after the training period.
        EmptyDataError: The table holds no labelled flight of either period.
    """
    recorded = {
        "feature_table": feature_table,
        "period": period,
        "training_period": trained.period,
        "model_uri": trained.model_uri,
    }
    tags = {MODEL_RUN_TAG: trained.run_id}
    with stage_run("evaluation", experiment_id, recorded, tags) as run_id:
        past, future = split_by_time(spark.table(feature_table), trained.period, period)
        rows = collect(future)
        model = load_model(trained.model_uri)
        predicted = model.predict(rows)
        comparison = compare(rows, predicted, fit_baseline(past))
        metrics = _metrics(comparison)
        mlflow.log_metrics({**metrics, "rows": comparison.model.rows})
        mlflow.log_metrics(metrics, run_id=trained.run_id, model_id=trained.model_id)
        mlflow.log_figure(residual_figure(rows[LABEL].to_numpy(), predicted), RESIDUAL_PLOT)
    return Evaluation(
        run_id=run_id,
        model_run_id=trained.run_id,
        period=period,
        rows=comparison.model.rows,
        **metrics,
    )


def _metrics(comparison: Comparison) -> dict[str, float]:
    return {
        "rmse": comparison.model.rmse,
        "mae": comparison.model.mae,
        "baseline_rmse": comparison.baseline.rmse,
        "baseline_mae": comparison.baseline.mae,
        "rmse_gain": comparison.rmse_gain,
        "mae_gain": comparison.mae_gain,
    }
