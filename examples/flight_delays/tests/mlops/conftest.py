from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import mlflow
import pytest
from builders import random_world
from periods import BOTH, EVALUATION, PER_DAY, SCORING, TRAINING

import flight_delays_mlops as stages
from flight_delays.split import Period
from flight_delays.training import TrainingParameters

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def raw_data_path(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Raw data of 1 to 28 June, 60 flights a day."""
    world = random_world("2013-06-01", days=28, per_day=PER_DAY)
    return world.save(spark, tmp_path_factory.mktemp("raw"))


class Project:
    """The stages with the arguments that the tests do not vary."""

    def __init__(self, spark: SparkSession, schema: str, experiment_id: str, raw: str) -> None:
        self.spark = spark
        self.experiment_id = experiment_id
        self.raw_data_path = raw
        self.feature_table = f"{schema}.features"
        self.scored_table = f"{schema}.scored"
        self.model_name = f"{schema}.arrival_delay"

    def features(self, period: Period = BOTH) -> stages.FeatureTable:
        return stages.feature_engineering(
            self.spark,
            experiment_id=self.experiment_id,
            raw_data_path=self.raw_data_path,
            feature_table=self.feature_table,
            period=period,
        )

    def train(self, period: Period = TRAINING, num_rounds: int = 30) -> stages.TrainedModel:
        return stages.training(
            self.spark,
            experiment_id=self.experiment_id,
            feature_table=self.feature_table,
            period=period,
            parameters=TrainingParameters(num_rounds=num_rounds, min_data_in_leaf=20),
        )

    def evaluate(
        self, trained: stages.TrainedModel, period: Period = EVALUATION
    ) -> stages.Evaluation:
        return stages.evaluation(
            self.spark,
            experiment_id=self.experiment_id,
            feature_table=self.feature_table,
            trained=trained,
            period=period,
        )

    def publish(
        self,
        trained: stages.TrainedModel,
        evaluated: stages.Evaluation,
        min_rmse_gain: float = 0.0,
    ) -> stages.PublishedModel:
        return stages.publish_model(
            experiment_id=self.experiment_id,
            trained=trained,
            evaluated=evaluated,
            model_name=self.model_name,
            alias="champion",
            min_rmse_gain=min_rmse_gain,
        )

    def score(self, period: Period = SCORING) -> stages.ScoredTable:
        return stages.batch_scoring(
            self.spark,
            experiment_id=self.experiment_id,
            feature_table=self.feature_table,
            scored_table=self.scored_table,
            period=period,
            model_name=self.model_name,
            alias="champion",
        )


@pytest.fixture
def project(spark: SparkSession, schema: str, experiment_id: str, raw_data_path: str) -> Project:
    """Nothing has been run yet."""
    return Project(spark, schema, experiment_id, raw_data_path)


@dataclass(frozen=True)
class Trained:
    """Features of all periods and an evaluated model, made once: tests must not change them."""

    feature_table: str
    features: stages.FeatureTable
    model: stages.TrainedModel
    evaluation: stages.Evaluation


@pytest.fixture(scope="session")
def trained(
    spark: SparkSession,
    tracking: Path,
    raw_data_path: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Trained:
    schema = "main.trained_once"
    spark.sql(f"CREATE SCHEMA {schema} LOCATION '{tmp_path_factory.mktemp('warehouse')}'")
    experiment_id = mlflow.create_experiment("once", artifact_location=str(tracking / "once"))
    project = Project(spark, schema, experiment_id, raw_data_path)
    features = project.features(Period(BOTH.start, SCORING.end))
    model = project.train()
    return Trained(project.feature_table, features, model, project.evaluate(model))


@pytest.fixture
def ready(project: Project, trained: Trained) -> Project:
    """The features and the model of ``trained``; a registry name and tables of the test's own."""
    project.feature_table = trained.feature_table
    return project
