"""The stages of the training job, on real Spark, Delta and MLflow."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient
from periods import BOTH, EVALUATION, PER_DAY, SCORING, TRAINING

import flight_delays_mlops as stages
from flight_delays.errors import EmptyDataError, FlightDelaysError, RawDataError
from flight_delays.features import FEATURES
from flight_delays.split import Period, in_period
from flight_delays_mlops._model_io import load_model

if TYPE_CHECKING:
    from mlflow.entities import Run
    from pyspark.sql import SparkSession


def only_run(experiment_id: str, stage: str) -> Run:
    (run,) = mlflow.search_runs([experiment_id], f"tags.stage = '{stage}'", output_format="list")
    return run


def artifact(run_id: str, path: str) -> bytes:
    return Path(mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path=path)).read_bytes()


def test_feature_engineering(project: Any, spark: SparkSession) -> None:
    made = project.features()
    assert made.rows == PER_DAY * 16
    assert spark.table(project.feature_table).count() == made.rows
    assert 0.9 * made.rows < made.labelled_rows < made.rows
    run = mlflow.get_run(made.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics == {"rows": made.rows, "labelled_rows": made.labelled_rows}
    assert run.data.params == {
        "raw_data_path": project.raw_data_path,
        "feature_table": project.feature_table,
        "period": "2013-06-08..2013-06-23",
    }
    profile = pd.read_csv(io.BytesIO(artifact(made.run_id, "feature_profile.csv")), index_col=0)
    assert profile.loc["arr_delay", "count"] == made.labelled_rows
    assert profile.loc["scheduled_hour", "min"] == 6


def test_features_of_another_period_are_added_and_of_the_same_replaced(
    project: Any, spark: SparkSession
) -> None:
    project.features()
    before = spark.table(project.feature_table).orderBy("flight_id").toPandas()
    again = project.features(EVALUATION)
    after = spark.table(project.feature_table).orderBy("flight_id").toPandas()
    assert again.rows == PER_DAY * 3
    pd.testing.assert_frame_equal(before, after)
    project.features(SCORING)
    assert spark.table(project.feature_table).count() == PER_DAY * 19
    assert in_period(spark.table(project.feature_table), SCORING).count() == PER_DAY * 3


def test_features_of_another_version_are_replaced_as_a_whole(
    project: Any, spark: SparkSession
) -> None:
    old = spark.createDataFrame(
        [(date(2013, 1, 1), 1.0)], "scheduled_date date, old_feature double"
    )
    old.write.format("delta").saveAsTable(project.feature_table)
    project.features(EVALUATION)
    table = spark.table(project.feature_table)
    assert table.count() == PER_DAY * 3
    assert "old_feature" not in table.columns


def test_the_schema_is_created(
    project: Any, spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where a schema without a location keeps its tables
    project.feature_table = "main.used.features"
    with pytest.raises(EmptyDataError):
        project.features(Period(date(2014, 1, 1), date(2014, 1, 1)))
    assert not spark.catalog.databaseExists("main.used")  # not before there is something to write
    project.features(EVALUATION)
    assert spark.table("main.used.features").count() == PER_DAY * 3
    spark.sql("DROP DATABASE main.used CASCADE")


@pytest.mark.parametrize("name", ["features", "main.features", "a.b.c.d", "main..features"])
def test_a_table_has_three_names(project: Any, name: str) -> None:
    project.feature_table = name
    with pytest.raises(FlightDelaysError, match=r"must be catalog\.schema\.table"):
        project.features(EVALUATION)


def test_a_failed_stage_ends_its_run_as_failed(project: Any, tmp_path: Path) -> None:
    year = Period(date(2014, 1, 1), date(2014, 12, 31))
    with pytest.raises(EmptyDataError, match=r"no flight scheduled in 2014-01-01\.\.2014-12-31"):
        project.features(year)
    assert only_run(project.experiment_id, "feature_engineering").info.status == "FAILED"
    assert mlflow.active_run() is None


def test_duplicated_raw_flights_are_refused(
    project: Any, spark: SparkSession, tmp_path: Path
) -> None:
    for name in ("flights", "weather", "planes"):
        table = spark.read.parquet(f"{project.raw_data_path}/{name}.parquet")
        table.union(table).write.parquet(f"{tmp_path}/raw/{name}.parquet")
    project.raw_data_path = f"{tmp_path}/raw"
    with pytest.raises(RawDataError, match="2 rows for one scheduled flight"):
        project.features()


def test_training_logs_a_model_that_can_be_served(trained: Any, spark: SparkSession) -> None:
    made = trained.model
    run = mlflow.get_run(made.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params["num_rounds"] == "30"
    assert run.data.params["period"] == str(TRAINING)
    assert (run.data.metrics["training_rows"], run.data.metrics["trees"]) == (made.rows, 30)
    assert artifact(made.run_id, "plots/feature_importance.png").startswith(b"\x89PNG")
    shares = pd.read_csv(io.BytesIO(artifact(made.run_id, "feature_importance.csv")))
    assert shares["gain_share"].sum() == pytest.approx(1.0)

    model = load_model(made.model_uri)
    served = mlflow.pyfunc.load_model(made.model_uri)
    rows = spark.table(trained.feature_table).toPandas()
    assert served.metadata.signature.inputs.input_names() == list(FEATURES)
    np.testing.assert_array_equal(served.predict(model.inputs(rows)), model.predict(rows))
    assert model.inputs(rows).isna().any().any()  # missing values are served too


def test_a_model_logged_by_others_is_refused(experiment_id: str) -> None:
    import lightgbm as lgb

    data = lgb.Dataset(np.arange(40.0).reshape(20, 2), label=np.arange(20.0))
    booster = lgb.train({"verbose": -1, "min_data_in_leaf": 1}, data, 1)
    with mlflow.start_run(experiment_id=experiment_id):
        logged = mlflow.lightgbm.log_model(booster, name="other", pip_requirements=["lightgbm"])
    with pytest.raises(FlightDelaysError, match="was not logged by the training stage"):
        load_model(logged.model_uri)


def test_evaluation_beats_the_baseline_and_is_found_everywhere(trained: Any) -> None:
    evaluated, model = trained.evaluation, trained.model
    assert evaluated.rmse < evaluated.baseline_rmse
    assert evaluated.rmse_gain == pytest.approx(1 - evaluated.rmse / evaluated.baseline_rmse)
    assert evaluated.mae < evaluated.rmse
    measured = {
        name: getattr(evaluated, name)
        for name in ("rmse", "mae", "baseline_rmse", "baseline_mae", "rmse_gain", "mae_gain")
    }
    assert mlflow.get_run(evaluated.run_id).data.metrics == {**measured, "rows": evaluated.rows}
    assert measured.items() <= mlflow.get_run(model.run_id).data.metrics.items()
    logged = {
        item.key: item.value for item in mlflow.get_logged_model(model.model_id).metrics or []
    }
    assert measured.items() <= logged.items()
    assert mlflow.get_run(model.run_id).info.status == "FINISHED"
    assert artifact(evaluated.run_id, "plots/residuals.png").startswith(b"\x89PNG")


def test_evaluation_refuses_a_period_that_was_trained_on(ready: Any, trained: Any) -> None:
    with pytest.raises(FlightDelaysError, match="must start after the training period"):
        ready.evaluate(trained.model, Period(TRAINING.end, EVALUATION.end))
    assert only_run(ready.experiment_id, "evaluation").info.status == "FAILED"


def test_publishing_sets_the_alias_on_the_registered_version(ready: Any, trained: Any) -> None:
    published = ready.publish(trained.model, trained.evaluation)
    assert (published.version, published.model_run_id) == ("1", trained.model.run_id)
    found = MlflowClient().get_model_version_by_alias(ready.model_name, "champion")
    assert (str(found.version), found.run_id) == ("1", trained.model.run_id)
    tags = mlflow.get_run(published.run_id).data.tags
    assert (tags["model_name"], tags["model_version"]) == (ready.model_name, "1")


def test_publishing_again_keeps_the_version_and_another_model_gets_the_next(
    ready: Any, trained: Any
) -> None:
    first, evaluated = trained.model, trained.evaluation
    assert [ready.publish(first, evaluated).version for _ in range(2)] == ["1", "1"]
    second = ready.train(num_rounds=10)
    assert ready.publish(second, ready.evaluate(second)).version == "2"
    assert len(MlflowClient().search_model_versions(f"name='{ready.model_name}'")) == 2
    # The older model can be brought back: the alias moves, no version is made.
    assert ready.publish(first, evaluated).version == "1"
    champion = MlflowClient().get_model_version_by_alias(ready.model_name, "champion")
    assert str(champion.version) == "1"


@pytest.mark.parametrize("gain", [0.1, float("nan"), -0.5])
def test_a_model_that_gains_too_little_is_not_published(
    ready: Any, trained: Any, gain: float
) -> None:
    evaluated = replace(trained.evaluation, rmse_gain=gain)
    with pytest.raises(stages.ModelNotGoodEnoughError, match=r"more than 10\.0% is asked"):
        ready.publish(trained.model, evaluated, min_rmse_gain=0.1)
    assert MlflowClient().search_model_versions(f"name='{ready.model_name}'") == []
    assert only_run(ready.experiment_id, "publish_model").info.status == "FAILED"


def test_an_evaluation_of_another_model_does_not_count(ready: Any, trained: Any) -> None:
    other = replace(trained.model, run_id="another")
    with pytest.raises(FlightDelaysError, match=f"is of the model of run {trained.model.run_id}"):
        ready.publish(other, trained.evaluation)


def test_what_earlier_runs_left_is_found_again(ready: Any) -> None:
    where = {"experiment_id": ready.experiment_id}
    with pytest.raises(stages.NothingToReuseError, match="execute_training is false, but"):
        stages.last_training(**where)
    first = ready.train(num_rounds=10)
    with pytest.raises(stages.NothingToReuseError, match="execute_evaluation is false, but"):
        stages.last_evaluation(**where, trained=first)
    evaluated = ready.evaluate(first)
    assert stages.last_training(**where) == first
    assert stages.last_evaluation(**where, trained=first) == evaluated
    second = ready.train(num_rounds=5)
    assert stages.last_training(**where) == second
    with pytest.raises(EmptyDataError):
        ready.train(Period(date(2014, 1, 1), date(2014, 1, 1)))
    assert stages.last_training(**where) == second  # the failed one does not count


def test_existing_features_are_reused(spark: SparkSession, trained: Any) -> None:
    whole = Period(BOTH.start, SCORING.end)
    found = stages.existing_features(spark, feature_table=trained.feature_table, period=whole)
    assert found == replace(trained.features, run_id="")


def test_features_that_do_not_cover_the_period_are_not_reused(
    project: Any, spark: SparkSession
) -> None:
    table = project.feature_table

    def reuse(period: Period) -> stages.FeatureTable:
        return stages.existing_features(spark, feature_table=table, period=period)

    with pytest.raises(stages.NothingToReuseError, match=f"the table {table} does not exist"):
        reuse(BOTH)
    project.features(EVALUATION)
    assert reuse(EVALUATION).rows == PER_DAY * 3
    with pytest.raises(stages.NothingToReuseError, match=r"holds 2013-06-21\.\.2013-06-23"):
        reuse(BOTH)
    with pytest.raises(stages.NothingToReuseError, match="holds no day"):
        reuse(SCORING)
    longer = Period(EVALUATION.start, EVALUATION.end + timedelta(days=1))
    with pytest.raises(
        stages.NothingToReuseError, match="Run once with execute_feature_engineering=true"
    ):
        reuse(longer)


def test_a_summary_is_plain_json(project: Any) -> None:
    made = project.features(EVALUATION)
    assert stages.summary(made) == {
        "run_id": made.run_id,
        "table": project.feature_table,
        "period": "2013-06-21..2013-06-23",
        "rows": made.rows,
        "labelled_rows": made.labelled_rows,
    }
