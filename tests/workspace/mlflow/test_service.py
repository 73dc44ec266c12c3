"""Tracking, by MLflow's own client with nothing but the environment of a notebook."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import mlflow
import pytest
from databricks.sdk import WorkspaceClient
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

CONTENT = "text äöü"


@pytest.fixture
def folder(databricks: Any, request: pytest.FixtureRequest) -> str:
    """An experiment of the test's own."""
    name = f"/Shared/{request.node.name}"
    mlflow.set_experiment(name)
    return name


def artifact(run: Any, path: str, home: Any) -> Path:
    return Path(home.artifacts, run.info.experiment_id, run.info.run_id, "artifacts", path)


def test_parameters_metrics_and_tags(folder: str) -> None:
    with mlflow.start_run(run_name="first") as run:
        mlflow.log_params({"depth": 3, "name": "ü"})
        for step, value in enumerate([0.5, 0.25]):
            mlflow.log_metric("rmse", value, step=step)
        mlflow.log_metrics({"mae": 1.5})
        mlflow.set_tags({"stage": "training"})
        with mlflow.start_run(nested=True) as child:
            mlflow.log_param("inner", 1)
    found = MlflowClient().get_run(run.info.run_id)
    assert found.info.status == "FINISHED"
    assert found.data.params == {"depth": "3", "name": "ü"}
    assert found.data.metrics == {"rmse": 0.25, "mae": 1.5}
    assert found.data.tags["stage"] == "training"
    history = MlflowClient().get_metric_history(run.info.run_id, "rmse")
    assert [(m.step, m.value) for m in history] == [(0, 0.5), (1, 0.25)]
    frame = mlflow.search_runs(experiment_names=[folder], filter_string="params.inner = '1'")
    assert list(frame["run_id"]) == [child.info.run_id]


def test_artifacts_of_every_kind_lie_where_mlflow_s_pages_read_them(
    folder: str, databricks: Any, tmp_path: Path
) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib.figure import Figure

    (tmp_path / "up" / "sub").mkdir(parents=True)
    (tmp_path / "up" / "a.txt").write_text("a")
    (tmp_path / "up" / "sub" / "ä ö.txt").write_text("umlaut")
    (tmp_path / "up" / "empty").touch()
    with mlflow.start_run() as run:
        mlflow.log_text(CONTENT, "notes/n.txt")
        mlflow.log_dict({"a": [1, 2]}, "d.json")
        mlflow.log_figure(Figure(), "plots/p.png")
        mlflow.log_artifacts(str(tmp_path / "up"), "dir")
        mlflow.log_artifact(str(tmp_path / "up" / "a.txt"))
    assert run.info.artifact_uri.startswith("dbfs:/databricks/mlflow-tracking/")
    assert artifact(run, "notes/n.txt", databricks.home).read_text() == CONTENT
    assert artifact(run, "plots/p.png", databricks.home).read_bytes()[:4] == b"\x89PNG"
    found = {
        f.path: (f.is_dir, f.file_size)
        for f in MlflowClient().list_artifacts(run.info.run_id, "dir")
    }
    assert found == {"dir/a.txt": (False, 1), "dir/empty": (False, 0), "dir/sub": (True, None)}
    back = Path(mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="dir"))
    assert (back / "sub" / "ä ö.txt").read_text() == "umlaut"
    assert mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/d.json") == {"a": [1, 2]}


def test_an_artifact_that_is_not_there(folder: str) -> None:
    with mlflow.start_run() as run:
        pass
    with pytest.raises(MlflowException, match="ensure that the path is correct"):
        mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="none.txt")


KILLED = """
import os, signal, sys
import mlflow
mlflow.set_experiment(sys.argv[1])
run = mlflow.start_run()
mlflow.log_param("a", 1)
print(run.info.run_id, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_run_that_fails_and_one_that_is_killed(folder: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="boom"), mlflow.start_run() as failed:
        raise ValueError("boom")
    assert MlflowClient().get_run(failed.info.run_id).info.status == "FAILED"
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    killed = subprocess.run(
        [sys.executable, str(script), folder], stdout=subprocess.PIPE, text=True, check=False
    ).stdout.strip()
    found = MlflowClient().get_run(killed)
    assert (found.info.status, found.data.params) == ("RUNNING", {"a": "1"})
    MlflowClient().set_terminated(killed, "KILLED")
    assert MlflowClient().get_run(killed).info.status == "KILLED"


def test_traces_with_their_spans(folder: str) -> None:
    @mlflow.trace
    def double(x: int) -> int:
        return 2 * x

    assert double(21) == 42
    mlflow.flush_trace_async_logging()
    [found] = mlflow.search_traces(return_type="list")
    [span] = found.data.spans
    assert (span.name, span.inputs, span.outputs) == ("double", {"x": 21}, 42)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("relative", "must be an absolute path within the Databricks workspace"),
        ("/Shared/none/x", "Workspace directory '/Shared/none' not found"),
        ("/Shared/../../x", "may not contain '..'"),
    ],
)
def test_experiments_lie_in_folders_of_the_workspace(
    databricks: Any, name: str, message: str
) -> None:
    with pytest.raises(MlflowException, match=message):
        MlflowClient().create_experiment(name)


def test_a_user_s_own_folder_is_always_there(databricks: Any) -> None:
    created = MlflowClient().create_experiment("/Users/ada@example.com/mine")
    found = MlflowClient().get_experiment_by_name("/Users/ada@example.com/mine")
    assert found is not None
    assert found.experiment_id == created
    assert found.artifact_location == f"dbfs:/databricks/mlflow-tracking/{created}"


def test_the_databricks_sdk_sees_the_same(folder: str, databricks: Any) -> None:
    with mlflow.start_run() as run:
        mlflow.log_text(CONTENT, "n.txt")
    sdk = WorkspaceClient()
    found = sdk.experiments.get_by_name(folder).experiment
    assert found is not None
    assert found.experiment_id == run.info.experiment_id
    listed = list(sdk.experiments.list_artifacts(run_id=run.info.run_id))
    assert [(file.path, file.file_size) for file in listed] == [("n.txt", len(CONTENT.encode()))]
    path = f"/WorkspaceInternal/Mlflow/Artifacts/{run.info.experiment_id}/Runs/{run.info.run_id}"
    contents = sdk.files.download(f"{path}/artifacts/n.txt").contents
    assert contents is not None
    assert contents.read().decode() == CONTENT


def test_a_call_that_mlflow_does_not_have(databricks: Any) -> None:
    with databricks.http() as http:
        reply = http.get("/api/2.0/mlflow/dance")
    assert (reply.status_code, reply.json()["error_code"]) == (404, "ENDPOINT_NOT_FOUND")


@pytest.mark.parametrize("path", ["", "/mlflow"])
def test_a_plain_http_client_gets_mlflow_s_own_addresses(
    databricks: Any, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", databricks.url + path)
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", os.environ.pop("DATABRICKS_TOKEN"))
    monkeypatch.delenv("MLFLOW_REGISTRY_URI")
    client = MlflowClient()
    experiment = client.create_experiment(f"plain{path}")
    run = client.create_run(experiment)
    assert run.info.artifact_uri == f"mlflow-artifacts:/{experiment}/{run.info.run_id}/artifacts"
    client.log_text(run.info.run_id, CONTENT, "n.txt")
    assert artifact(run, "n.txt", databricks.home).read_text() == CONTENT
    back = client.download_artifacts(run.info.run_id, "n.txt")
    assert Path(back).read_text() == CONTENT


def test_a_wrong_token_reaches_nothing(databricks: Any) -> None:
    wrong = {"authorization": "Bearer wrong"}
    with databricks.http(**wrong) as http:
        for path in ("/mlflow/version", "/api/2.0/mlflow/experiments/search", "/mlflow/api/x"):
            assert http.get(path).status_code == 401
        upload = http.put("/api/2.0/mlflow-artifacts/artifacts/1/x", content=io.BytesIO(b"x"))
    assert upload.status_code == 401
