"""The notebooks' cells on real Spark, Delta and MLflow, and the job templates beside them."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mlflow
import pytest
from builders import random_world
from flight_delays.errors import EmptyDataError, FlightDelaysError
from flight_delays_mlops import NothingToReuseError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

JOBS = Path(__file__).parents[2] / "jobs"
TASKS = {"training": "train", "batch_scoring": "batch_score"}
PLACEHOLDERS = {
    "target.name",
    "release.id",
    "release.notebooks",
    "wheels.flight_delays",
    "wheels.flight_delays_mlops",
    "cluster_id",
    "var.catalog",
    "var.schema",
    "var.experiment",
    "var.raw_data_path",
    "var.results_path",
}


@pytest.fixture(scope="session")
def raw_data_path(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> str:
    world = random_world("2013-06-01", days=15, per_day=50)
    return world.save(spark, tmp_path_factory.mktemp("raw"))


@pytest.fixture
def given(tracking: Path, schema: str, raw_data_path: str, tmp_path: Path) -> dict[str, str]:
    experiment = f"/Shared/{uuid.uuid4().hex}"
    # Made here, for the notebook would lay its artifacts into the current folder.
    mlflow.create_experiment(experiment, artifact_location=str(tmp_path / "artifacts"))
    return {
        "ml_wheel": "/wheels/flight_delays.whl",
        "mlops_wheel": "/wheels/flight_delays_mlops.whl",
        "experiment": experiment,
        "raw_data_path": raw_data_path,
        "feature_table": f"{schema}.features",
        "scored_table": f"{schema}.scored",
        "model_name": f"{schema}.arrival_delay",
        "results_path": str(tmp_path / "results"),
        "train_start": "2013-06-04",
        "train_end": "2013-06-10",
        "evaluate_start": "2013-06-11",
        "evaluate_end": "2013-06-12",
        "score_start": "2013-06-13",
        "score_end": "2013-06-14",
        "num_rounds": "15",
    }


def switched_off(*stages: str) -> dict[str, str]:
    return {f"execute_{stage}": "false" for stage in stages}


def executed(summary: dict[str, Any]) -> dict[str, bool]:
    return {stage: result["executed"] for stage, result in summary.items()}


def number_of_runs(given: dict[str, str]) -> int:
    return len(mlflow.search_runs(experiment_names=[given["experiment"]], output_format="list"))


def test_train_then_score(
    notebook: Any, spark: SparkSession, given: dict[str, str], tmp_path: Path
) -> None:
    trained = json.loads(notebook("train").run(spark, given))
    assert executed(trained) == dict.fromkeys(
        ("feature_engineering", "training", "evaluation", "publish_model"), True
    )
    assert trained["feature_engineering"]["rows"] == 9 * 50
    assert trained["training"]["period"] == "2013-06-04..2013-06-10"
    assert trained["evaluation"]["rmse"] < trained["evaluation"]["baseline_rmse"]
    assert trained["publish_model"]["version"] == "1"

    scored = json.loads(notebook("batch_score").run(spark, given))
    assert executed(scored) == dict.fromkeys(
        ("feature_engineering", "batch_scoring", "publish_results"), True
    )
    assert scored["batch_scoring"]["rows"] == 2 * 50
    assert scored["batch_scoring"]["model_run_id"] == trained["training"]["run_id"]
    assert spark.table(given["scored_table"]).count() == 2 * 50
    manifest = tmp_path / "results" / "2013-06-13_2013-06-14" / "manifest.json"
    assert json.loads(manifest.read_text())["rows"] == 2 * 50


def test_stages_that_are_switched_off_reuse_what_was_made(
    notebook: Any, spark: SparkSession, given: dict[str, str]
) -> None:
    first = json.loads(notebook("train").run(spark, given))
    again = json.loads(
        notebook("train").run(
            spark, given | switched_off("feature_engineering", "training", "evaluation")
        )
    )
    assert executed(again) == {"training": False, "evaluation": False, "publish_model": True}
    assert again["training"]["run_id"] == first["training"]["run_id"]
    assert again["publish_model"]["version"] == first["publish_model"]["version"] == "1"
    retrained = json.loads(
        notebook("train").run(spark, given | switched_off("feature_engineering"))
    )
    assert retrained["feature_engineering"]["executed"] is False
    assert retrained["feature_engineering"]["rows"] == first["feature_engineering"]["rows"]
    assert retrained["publish_model"]["version"] == "2"

    scored = json.loads(notebook("batch_score").run(spark, given))
    published = json.loads(
        notebook("batch_score").run(
            spark, given | switched_off("feature_engineering", "batch_scoring")
        )
    )
    assert executed(published) == {"batch_scoring": False, "publish_results": True}
    assert published["batch_scoring"]["run_id"] == scored["batch_scoring"]["run_id"]
    assert published["batch_scoring"]["model_version"] == "2"


@pytest.mark.parametrize(
    ("name", "stage", "text"),
    [
        ("train", "feature_engineering", "the table .* does not exist"),
        ("train", "training", "holds no training that ended well"),
        ("batch_score", "feature_engineering", "the table .* does not exist"),
        ("batch_score", "batch_scoring", "was never scored into"),
    ],
)
def test_without_anything_to_reuse_it_fails_before_any_stage(
    notebook: Any, spark: SparkSession, given: dict[str, str], name: str, stage: str, text: str
) -> None:
    with pytest.raises(NothingToReuseError, match=f"execute_{stage} is false, but .*{text}"):
        notebook(name).run(spark, given | switched_off(stage))
    assert number_of_runs(given) == 0


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (switched_off("evaluation"), "takes only an evaluated model"),
        ({"execute_training": "yes"}, "execute_training is 'yes': give true or false"),
        ({"ml_wheel": ""}, "Give ml_wheel and mlops_wheel"),
        ({"train_start": "01/01/2013"}, "Invalid isoformat string"),
        ({"evaluate_start": "2013-06-10"}, "must start after the training period"),
        ({"num_rounds": "many"}, "invalid literal for int"),
    ],
)
def test_wrong_parameters_fail_before_any_stage(
    notebook: Any, spark: SparkSession, given: dict[str, str], wrong: dict[str, str], text: str
) -> None:
    with pytest.raises((ValueError, FlightDelaysError), match=text):
        notebook("train").run(spark, given | wrong)
    assert number_of_runs(given) == 0


def test_a_failing_stage_fails_the_notebook(
    notebook: Any, spark: SparkSession, given: dict[str, str]
) -> None:
    year = {"train_start": "2014-01-01", "train_end": "2014-01-31"}
    later = {"evaluate_start": "2014-02-01", "evaluate_end": "2014-02-28"}
    with pytest.raises(EmptyDataError):
        notebook("train").run(spark, given | year | later)


@pytest.mark.parametrize("name", ["train", "batch_score"])
def test_the_wheels_are_installed_before_they_are_imported(notebook: Any, name: str) -> None:
    cells = notebook(name).cells
    install = cells.index("# MAGIC %pip install $ml_wheel $mlops_wheel")
    imports = [number for number, cell in enumerate(cells) if "import flight_delays" in cell]
    assert install < min(imports)


@pytest.mark.parametrize(("job", "name"), TASKS.items())
def test_job_parameters_and_widgets_agree(notebook: Any, job: str, name: str) -> None:
    settings = json.loads((JOBS / f"{job}.json").read_text())
    (task,) = settings["tasks"]
    assert task["notebook_task"]["notebook_path"] == f"${{release.notebooks}}/{name}"
    job_level = {item["name"]: item["default"] for item in settings["parameters"]}
    task_level = task["notebook_task"]["base_parameters"]
    widgets = notebook(name).widgets()
    assert job_level.keys() | task_level.keys() == widgets.keys()
    assert not job_level.keys() & task_level.keys()
    assert {key: widgets[key] for key in job_level} == job_level


@pytest.mark.parametrize("job", TASKS)
def test_templates_use_known_placeholders(job: str) -> None:
    text = (JOBS / f"{job}.json").read_text()
    assert set(re.findall(r"\$\{([^}]*)\}", text)) <= PLACEHOLDERS


@pytest.mark.parametrize("job", TASKS)
def test_templates_are_what_the_jobs_api_takes(job: str) -> None:
    from databricks.sdk.service.jobs import JobSettings

    content = json.loads((JOBS / f"{job}.json").read_text())
    # What the SDK does not know it drops: then a field is misspelt, or the server would ignore it.
    assert JobSettings.from_dict(content).as_dict() == content
