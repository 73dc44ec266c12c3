"""The stages of the batch-scoring job, on real Spark, Delta and MLflow."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mlflow
import pytest
from periods import EVALUATION, PER_DAY, SCORING

import flight_delays_mlops as stages
from flight_delays.errors import EmptyDataError, FlightDelaysError
from flight_delays.prediction import PREDICTION
from flight_delays.split import Period
from flight_delays_mlops._model_io import load_model

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def write_file(path: str, text: str) -> None:
    Path(path).write_text(text)


def publish(project: Any, scored: stages.ScoredTable, folder: Path) -> stages.PublishedResults:
    return stages.publish_results(
        project.spark,
        experiment_id=project.experiment_id,
        scored=scored,
        results_path=str(folder),
        write_file=write_file,
    )


@pytest.fixture
def published(ready: Any, trained: Any) -> Any:
    """A project whose registry holds the model under the alias."""
    ready.publish(trained.model, trained.evaluation)
    return ready


def test_every_row_says_which_model_scored_it(
    published: Any, trained: Any, spark: SparkSession
) -> None:
    started = datetime.now(UTC)
    scored = published.score()
    rows = spark.table(published.scored_table)
    assert scored.rows == rows.count() == PER_DAY * 3
    assert rows.where(f"{PREDICTION} is null").count() == 0
    origins = rows.select("model_name", "model_version", "run_id", "scoring_run_id").distinct()
    assert [tuple(row) for row in origins.collect()] == [
        (published.model_name, "1", trained.model.run_id, scored.run_id)
    ]
    seconds = rows.selectExpr("cast(min(scored_at) as double) as at").collect()[0]["at"]
    assert started.timestamp() - 1 <= seconds <= datetime.now(UTC).timestamp()
    run = mlflow.get_run(scored.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics["rows"] == scored.rows
    assert run.data.metrics["prediction_min"] <= run.data.metrics["prediction_mean"]


def test_the_predictions_are_those_of_the_model(published: Any, spark: SparkSession) -> None:
    published.score()
    found = spark.table(published.scored_table).toPandas().set_index("flight_id")[PREDICTION]
    features = (
        spark.table(published.feature_table)
        .where(f"scheduled_date >= '{SCORING.start}'")
        .toPandas()
    )
    model = load_model(f"models:/{published.model_name}/1")
    expected = dict(zip(features["flight_id"], model.predict(features), strict=True))
    assert found.to_dict() == expected


def test_scoring_again_replaces_and_another_period_is_added(
    published: Any, spark: SparkSession
) -> None:
    first = published.score()
    second = published.score()
    rows = spark.table(published.scored_table)
    assert rows.count() == PER_DAY * 3
    assert [
        row["scoring_run_id"] for row in rows.select("scoring_run_id").distinct().collect()
    ] == [second.run_id]
    assert first.run_id != second.run_id
    published.score(EVALUATION)
    assert spark.table(published.scored_table).count() == PER_DAY * 6


def test_the_alias_decides_which_version_scores(published: Any, spark: SparkSession) -> None:
    second = published.train(num_rounds=5)
    assert published.publish(second, published.evaluate(second)).version == "2"
    scored = published.score()
    assert (scored.model_version, scored.model_run_id) == ("2", second.run_id)


def test_scoring_without_a_published_model(ready: Any) -> None:
    with pytest.raises(FlightDelaysError, match="under the alias 'champion': run the training job"):
        ready.score()
    (run,) = mlflow.search_runs(
        [ready.experiment_id], "tags.stage = 'batch_scoring'", output_format="list"
    )
    assert run.info.status == "FAILED"


def test_scoring_without_features(published: Any) -> None:
    with pytest.raises(EmptyDataError, match="run feature_engineering for it"):
        published.score(Period(date(2013, 12, 1), date(2013, 12, 2)))


def test_a_scored_table_of_another_shape_is_kept(published: Any, spark: SparkSession) -> None:
    other = spark.createDataFrame([(date(2013, 1, 1), "mine")], "scheduled_date date, note string")
    other.write.format("delta").saveAsTable(published.scored_table)
    with pytest.raises(FlightDelaysError, match="has other columns than the rows to write"):
        published.score()
    assert [row["note"] for row in spark.table(published.scored_table).collect()] == ["mine"]


def test_results_are_published_with_a_manifest(
    published: Any, spark: SparkSession, tmp_path: Path
) -> None:
    scored = published.score()
    results = publish(published, scored, tmp_path / "results")
    folder = tmp_path / "results" / "2013-06-24_2013-06-26"
    assert results.path == str(folder / "scored")
    rows = spark.read.format("delta").load(results.path)
    assert rows.count() == results.rows == scored.rows
    assert sorted(rows.columns) == sorted(spark.table(published.scored_table).columns)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest == {
        "path": results.path,
        "format": "delta",
        "period_start": "2013-06-24",
        "period_end": "2013-06-26",
        "rows": scored.rows,
        "model_name": published.model_name,
        "model_version": "1",
        "model_run_id": scored.model_run_id,
        "scoring_run_id": scored.run_id,
        "publishing_run_id": results.run_id,
    }
    assert (
        mlflow.artifacts.load_dict(
            f"{mlflow.get_run(results.run_id).info.artifact_uri}/manifest.json"
        )
        == manifest
    )


def test_publishing_again_does_not_double_the_rows(
    published: Any, spark: SparkSession, tmp_path: Path
) -> None:
    scored = published.score()
    publish(published, scored, tmp_path)
    results = publish(published, scored, tmp_path)
    assert spark.read.format("delta").load(results.path).count() == scored.rows


def test_results_that_were_scored_again_meanwhile_are_not_published(
    published: Any, tmp_path: Path
) -> None:
    outdated = published.score()
    published.score()
    with pytest.raises(FlightDelaysError, match="the period was scored again meanwhile"):
        publish(published, outdated, tmp_path)
    assert not list(tmp_path.rglob("manifest.json"))


def test_the_last_scoring_is_found_again(published: Any) -> None:
    where = {"experiment_id": published.experiment_id, "scored_table": published.scored_table}
    with pytest.raises(stages.NothingToReuseError, match="execute_batch_scoring is false, but"):
        stages.last_scoring(**where, period=SCORING)
    scored = published.score()
    assert stages.last_scoring(**where, period=SCORING) == scored
    part = Period(SCORING.start, SCORING.start)
    with pytest.raises(stages.NothingToReuseError, match="was never scored into"):
        stages.last_scoring(**where, period=part)
