"""A real workspace process with a real MLflow, started once, and MLflow's own client set to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from brickyard.workspace.home import Home

HERE = Path(__file__).parent
TOKEN = "dapi-mlflow-tests"


@dataclass
class Workspace:
    """A running server process."""

    process: subprocess.Popen[str]
    url: str
    home: Home

    def http(self, **headers: str) -> httpx.Client:
        """A bare HTTP client of it."""
        given = {"authorization": f"Bearer {TOKEN}", **headers}
        return httpx.Client(base_url=self.url, headers=given, timeout=60)


Launch = Callable[..., Workspace]


@pytest.fixture(scope="session")
def echo_child() -> str:
    """A program that stands in for MLflow's and starts in no time."""
    return str(HERE / "echo_child.py")


@pytest.fixture(scope="session")
def launch() -> Launch:
    """Starts a server process on a free port: ``launch(folder, *child)``."""
    return _launch


def _launch(folder: Path, *arguments: str) -> Workspace:
    process = subprocess.Popen(
        [sys.executable, str(HERE / "workspace_process.py"), str(folder), TOKEN, *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line.startswith("http://"), f"the server said {line!r}"
    return Workspace(process, line, Home(folder.resolve()))


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The one workspace with a real MLflow."""
    started = _launch(tmp_path_factory.mktemp("workspace") / "home")
    yield started
    started.process.terminate()
    started.process.wait(10)


@pytest.fixture
def databricks(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """MLflow as a notebook of the workspace finds it: by the environment, with no code."""
    for name in [name for name in os.environ if name.startswith(("MLFLOW_", "DATABRICKS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATABRICKS_HOST", workspace.url)
    monkeypatch.setenv("DATABRICKS_TOKEN", TOKEN)
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", "/none")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "databricks")
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", "databricks-uc")
    import mlflow

    yield workspace
    while mlflow.active_run() is not None:
        mlflow.end_run()
