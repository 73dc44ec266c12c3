"""Stage: score every flight scheduled in a period with the model an alias points at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from pyspark.sql import functions as F

from flight_delays.errors import EmptyDataError, FlightDelaysError
from flight_delays.prediction import PREDICTION, score
from flight_delays.split import in_period
from flight_delays_mlops._model_io import load_model
from flight_delays_mlops._results import ScoredTable
from flight_delays_mlops._tables import overwrite_period
from flight_delays_mlops._tracking import MODEL_RUN_TAG, stage_run

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion
    from pyspark.sql import SparkSession

    from flight_delays.split import Period


def batch_scoring(
    spark: SparkSession,
    *,
    experiment_id: str,
    feature_table: str,
    scored_table: str,
    period: Period,
    model_name: str,
    alias: str,
) -> ScoredTable:
    """Write a prediction for every flight of the period, in place of earlier ones.

    Flights that were cancelled in the end are scored too: at their scheduled departure they could
    not be told from the others. The alias is read once; what it points at then is what scores, and
    each row says so: ``model_name``, ``model_version``, ``run_id`` (the run that trained the
    model), ``scoring_run_id`` and ``scored_at``.

    Args:
        spark: The session.
        experiment_id: Where to record the run.
        feature_table: ``catalog.schema.table`` that feature_engineering wrote.
        scored_table: ``catalog.schema.table`` to write to.
        period: Scheduled dates to score.
        model_name: Name in the registry.
        alias: Which version of it to score with.

    Raises:
        FlightDelaysError: The registry has no such model or alias.
        EmptyDataError: The feature table holds no flight of the period.
    """
    recorded = {
        "feature_table": feature_table,
        "scored_table": scored_table,
        "period": period,
        "model_name": model_name,
        "alias": alias,
    }
    with stage_run("batch_scoring", experiment_id, recorded) as run_id:
        version = _version(model_name, alias)
        # A version registered from outside any run has none.
        model_run_id = version.run_id or ""
        features = in_period(spark.table(feature_table), period)
        expected = features.count()
        if expected == 0:
            raise EmptyDataError(
                f"{feature_table} holds no flight of {period}: run feature_engineering for it."
            )
        model = load_model(f"models:/{model_name}/{version.version}")
        scored = (
            score(features, model)
            .withColumn("model_name", F.lit(model_name))
            .withColumn("model_version", F.lit(str(version.version)))
            .withColumn("run_id", F.lit(model_run_id))
            .withColumn("scoring_run_id", F.lit(run_id))
            .withColumn("scored_at", F.lit(datetime.now(UTC)))
        )
        overwrite_period(scored, scored_table, period, replace_if_columns_differ=False)
        rows = _log_outcome(spark, scored_table, period, expected)
        mlflow.set_tags({"model_version": str(version.version), MODEL_RUN_TAG: model_run_id})
    return ScoredTable(
        run_id=run_id,
        table=scored_table,
        period=period,
        rows=rows,
        model_name=model_name,
        model_version=str(version.version),
        model_run_id=model_run_id,
    )


def _version(model_name: str, alias: str) -> ModelVersion:
    try:
        return MlflowClient().get_model_version_by_alias(model_name, alias)
    except MlflowException as error:
        raise FlightDelaysError(
            f"The registry gives no version of {model_name} under the alias {alias!r}: "
            f"run the training job first, or name another alias. It says: {error.message}"
        ) from error


def _log_outcome(spark: SparkSession, scored_table: str, period: Period, expected: int) -> int:
    """Check what was written, log its statistics, and return the number of rows."""
    written = in_period(spark.table(scored_table), period).agg(
        F.count(PREDICTION).alias("rows"),
        F.avg(PREDICTION).alias("prediction_mean"),
        F.stddev(PREDICTION).alias("prediction_std"),
        F.min(PREDICTION).alias("prediction_min"),
        F.max(PREDICTION).alias("prediction_max"),
    )
    found = {
        name: value for name, value in written.collect()[0].asDict().items() if value is not None
    }
    if found["rows"] != expected:
        raise FlightDelaysError(
            f"{scored_table} holds {found['rows']} predictions of {period}, expected {expected}: "
            "another run may have written to it at the same time. Run the stage again."
        )
    mlflow.log_metrics({name: float(value) for name, value in found.items()})
    return int(found["rows"])
