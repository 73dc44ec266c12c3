"""What an earlier run left, for a run that has a stage switched off.

Each function either finds something that can stand in for the stage's result or raises at once.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import mlflow
from pyspark.sql import functions as F

from flight_delays.errors import FlightDelaysError
from flight_delays.features import LABEL
from flight_delays.split import Period, in_period
from flight_delays_mlops._results import Evaluation, FeatureTable, ScoredTable, TrainedModel
from flight_delays_mlops._tracking import MODEL_RUN_TAG, STAGE_TAG

if TYPE_CHECKING:
    from mlflow.entities import Run
    from pyspark.sql import SparkSession


class NothingToReuseError(FlightDelaysError):
    """A stage is switched off, and no earlier run left what it would have produced."""

    def __init__(self, stage: str, reason: str) -> None:
        super().__init__(
            f"execute_{stage} is false, but {reason}. Run once with execute_{stage}=true."
        )


def existing_features(spark: SparkSession, *, feature_table: str, period: Period) -> FeatureTable:
    """The feature table as it is, provided that it reaches from the period's start to its end.

    Raises:
        NothingToReuseError: There is no such table, or it does not cover the period.
    """
    stage = "feature_engineering"
    if not spark.catalog.tableExists(feature_table):
        raise NothingToReuseError(stage, f"the table {feature_table} does not exist")
    day = F.col("scheduled_date")
    found = (
        in_period(spark.table(feature_table), period)
        .agg(
            F.count(F.lit(1)).alias("rows"),
            F.count(LABEL).alias("labelled"),
            F.min(day).alias("first"),
            F.max(day).alias("last"),
        )
        .collect()[0]
    )
    if found["first"] != period.start or found["last"] != period.end:
        held = f"{found['first']}..{found['last']}" if found["rows"] else "no day"
        raise NothingToReuseError(stage, f"of {period} the table {feature_table} holds {held}")
    return FeatureTable(
        run_id="",
        table=feature_table,
        period=period,
        rows=found["rows"],
        labelled_rows=found["labelled"],
    )


def last_training(*, experiment_id: str) -> TrainedModel:
    """The model of the experiment's last training that ended well.

    Raises:
        NothingToReuseError: No training ended well yet.
    """
    run = _last_run(experiment_id, "training")
    if run is None:
        raise NothingToReuseError("training", "the experiment holds no training that ended well")
    return TrainedModel(
        run_id=run.info.run_id,
        model_id=run.data.tags["model_id"],
        model_uri=run.data.tags["model_uri"],
        period=_period(run.data.params["period"]),
        rows=int(run.data.metrics["training_rows"]),
    )


def last_evaluation(*, experiment_id: str, trained: TrainedModel) -> Evaluation:
    """The last evaluation of that model that ended well.

    Raises:
        NothingToReuseError: The model was never evaluated.
    """
    run = _last_run(experiment_id, "evaluation", {f"tags.{MODEL_RUN_TAG}": trained.run_id})
    if run is None:
        raise NothingToReuseError("evaluation", f"the model of run {trained.run_id} has none")
    metrics = run.data.metrics
    return Evaluation(
        run_id=run.info.run_id,
        model_run_id=trained.run_id,
        period=_period(run.data.params["period"]),
        rows=int(metrics["rows"]),
        rmse=metrics["rmse"],
        mae=metrics["mae"],
        baseline_rmse=metrics["baseline_rmse"],
        baseline_mae=metrics["baseline_mae"],
        rmse_gain=metrics["rmse_gain"],
        mae_gain=metrics["mae_gain"],
    )


def last_scoring(*, experiment_id: str, scored_table: str, period: Period) -> ScoredTable:
    """The last scoring of exactly this period into this table that ended well.

    Raises:
        NothingToReuseError: The period was never scored into the table.
    """
    wanted = {"params.scored_table": scored_table, "params.period": str(period)}
    run = _last_run(experiment_id, "batch_scoring", wanted)
    if run is None:
        raise NothingToReuseError("batch_scoring", f"{period} was never scored into {scored_table}")
    return ScoredTable(
        run_id=run.info.run_id,
        table=scored_table,
        period=period,
        rows=int(run.data.metrics["rows"]),
        model_name=run.data.params["model_name"],
        model_version=run.data.tags["model_version"],
        model_run_id=run.data.tags[MODEL_RUN_TAG],
    )


def _last_run(experiment_id: str, stage: str, wanted: dict[str, str] | None = None) -> Run | None:
    conditions = {f"tags.{STAGE_TAG}": stage, "attributes.status": "FINISHED", **(wanted or {})}
    runs = mlflow.search_runs(
        [experiment_id],
        filter_string=" and ".join(f"{name} = '{value}'" for name, value in conditions.items()),
        order_by=["attributes.start_time DESC"],
        max_results=1,
        output_format="list",
    )
    return runs[0] if runs else None


def _period(text: str) -> Period:
    start, end = text.split("..")
    return Period(date.fromisoformat(start), date.fromisoformat(end))
