"""The reference project on the real server: delivered, killed in training, rerun, scored."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from databricks.sdk.service.jobs import Run, RunLifeCycleState
from deltalake import DeltaTable

from tests.e2e.conftest import Workspace, commands

PROJECT = Path(__file__).parents[2] / "examples" / "flight_delays"

# A month to learn from, a week each to evaluate and score: enough for every stage to do its work.
TRAINING = {
    "train_start": "2013-03-01",
    "train_end": "2013-03-31",
    "evaluate_start": "2013-04-01",
    "evaluate_end": "2013-04-07",
    "num_rounds": "40",
}
SCORING = {"score_start": "2013-04-08", "score_end": "2013-04-14"}


def brickyard(workspace: Workspace, *words: str, code: int = 0) -> Any:
    """Call the command line as a user does; returns what it prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "brickyard", *words, "--home", str(workspace.home), "--json"],
        cwd=PROJECT,
        env={k: v for k, v in os.environ.items() if not k.startswith("DATABRICKS_")},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == code, done.stderr + workspace.log()
    return json.loads(done.stdout) if done.stdout else done.stderr


def options(parameters: dict[str, str]) -> list[str]:
    return [word for key, value in parameters.items() for word in ("-p", f"{key}={value}")]


def seed(workspace: Workspace) -> None:
    spec = importlib.util.spec_from_file_location("seed", PROJECT / "seed.py")
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules["seed"] = module
    spec.loader.exec_module(module)
    files = module.seed(workspace.sdk, "dbfs:/FileStore/flight_delays/raw")
    assert {file.rows for file in files} >= {336_776}


def task_run(workspace: Workspace, run_id: int) -> int:
    tasks = workspace.sdk.jobs.get_run(run_id).tasks
    assert tasks
    assert tasks[0].run_id
    return tasks[0].run_id


def stage_is_running(workspace: Workspace, run: Run, title: str) -> bool:
    """Whether the run has come to a stage's cell."""
    assert run.run_id
    assert run.state is not None
    assert run.state.life_cycle_state in (RunLifeCycleState.PENDING, RunLifeCycleState.RUNNING)
    page = workspace.sdk.jobs.export_run(run.run_id).views[0].content or ""  # type: ignore[index]
    return any(
        command["commandTitle"] == title and command["state"] == "running"
        for command in commands(page)
    )


def rows(workspace: Workspace, table: str) -> int:
    """Rows of a table, by another reader than the one that wrote it."""
    return DeltaTable(str(workspace.home / "warehouse/main/flight_delays" / table)).count()


def test_a_project_survives_the_death_of_its_workspace(own_workspace: Workspace) -> None:
    workspace = own_workspace
    seed(workspace)
    brickyard(workspace, "deploy")

    endless = options({**TRAINING, "num_rounds": "100000"})
    started = brickyard(workspace, "run", "training", "--no-wait", *endless)
    killed = task_run(workspace, started["run_id"])
    workspace.wait(killed, lambda run: stage_is_running(workspace, run, "Stage training"))
    features = rows(workspace, "features")
    workspace.kill()
    workspace.up()

    ended = workspace.result(workspace.sdk.jobs.get_run(killed))
    assert ended.ended == ("INTERNAL_ERROR", "FAILED")
    assert rows(workspace, "features") == features > 20_000

    reuse = options({**TRAINING, "execute_feature_engineering": "false"})
    trained = brickyard(workspace, "run", "training", *reuse)
    summary = stages_of(trained)
    assert summary["feature_engineering"]["executed"] is False
    assert summary["publish_model"]["version"] == "1"
    assert summary["evaluation"]["rmse"] < summary["evaluation"]["baseline_rmse"]

    scored = stages_of(brickyard(workspace, "run", "batch_scoring", *options(SCORING)))
    check_results(workspace, summary, scored)


def stages_of(result: dict[str, Any]) -> dict[str, Any]:
    """What a run's notebook exited with."""
    found: dict[str, Any] = json.loads(result["tasks"][0]["output"])
    return found


def check_results(workspace: Workspace, trained: dict[str, Any], scored: dict[str, Any]) -> None:
    """Everything that the run says it left is there."""
    table = DeltaTable(
        str(workspace.home / "warehouse/main/flight_delays/scored")
    ).to_pyarrow_table()
    assert table.num_rows == scored["batch_scoring"]["rows"] > 5_000
    assert set(table["model_name"].to_pylist()) == {"main.flight_delays.arrival_delay"}
    assert set(table["model_version"].to_pylist()) == {"1"}
    assert set(table["run_id"].to_pylist()) == {trained["training"]["run_id"]}

    artifacts = {path.name for path in (workspace.home / "artifacts").rglob("*") if path.is_file()}
    assert {"feature_importance.png", "residuals.png"} <= artifacts
    assert any("profile" in name for name in artifacts)

    results = workspace.home / "storage/flightdelays/results/scored"
    (manifest,) = results.rglob("manifest.json")
    assert json.loads(manifest.read_text())["rows"] == table.num_rows


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "training", "-p", "num_round=3"], "Did you mean 'num_rounds'"),
        (["run", "trainig"], "Did you mean 'training'"),
        (["deploy", "--target", "locl"], "Did you mean 'local'"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(
    workspace: Workspace, words: list[str], says: str
) -> None:
    brickyard(workspace, "deploy")
    before = len(list(workspace.sdk.jobs.list_runs()))

    error = brickyard(workspace, *words, code=2)

    assert says in error
    assert len(error.strip().splitlines()) == 1
    assert len(list(workspace.sdk.jobs.list_runs())) == before
