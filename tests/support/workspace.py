"""The whole workspace as a process of its own, driven by the official SDK."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.service.jobs import NotebookTask, Run, SubmitTask, Task
from databricks.sdk.service.workspace import ImportFormat, Language

HEADER = "# Databricks notebook source\n"
BREAK = "\n\n# COMMAND ----------\n\n"


def commands(page: str) -> list[dict[str, Any]]:
    """The commands of the model that an exported page carries."""
    encoded = page.partition("__DATABRICKS_NOTEBOOK_MODEL = '")[2].partition("'")[0]
    model: dict[str, list[dict[str, Any]]] = json.loads(unquote(base64.b64decode(encoded).decode()))
    return model["commands"]


@dataclass
class Workspace:
    """A serving workspace that a test may kill and start again."""

    home: Path
    url: str = ""
    process: subprocess.Popen[str] | None = None
    started: list[subprocess.Popen[str]] = field(default_factory=list)
    python: list[str] = field(default_factory=lambda: [sys.executable])
    options: list[str] = field(default_factory=list)

    def up(self) -> None:
        """Start it and wait until it says that it answers."""
        command = [*self.python, "-m", "brickyard", "up", "--home", str(self.home)]
        self.process = subprocess.Popen(
            [*command, "--port", "0", *self.options],
            stdout=subprocess.PIPE,
            stderr=(self.home.parent / "server.log").open("a"),
            text=True,
        )
        self.started.append(self.process)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http://127.0.0.1:"), self.log()

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def down(self) -> int:
        """SIGTERM; returns the exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def log(self) -> str:
        """What the server has written."""
        return (self.home.parent / "server.log").read_text()

    @property
    def token(self) -> str:
        """Its token."""
        return (self.home / "token").read_text()

    @property
    def sdk(self) -> WorkspaceClient:
        """The official client."""
        config = Config(
            host=self.url,
            token=self.token,
            auth_type="pat",
            retry_timeout_seconds=5,
            config_file=os.devnull,
        )
        client = WorkspaceClient(config=config)
        # Looking proxies up walks through the environment, which pytest changes with each test:
        # a thread that does so at that moment fails.
        client.api_client._api_client._session.trust_env = False
        return client

    def put_notebook(self, path: str, *cells: str) -> None:
        """Import a Python notebook."""
        self.sdk.workspace.mkdirs(path.rpartition("/")[0])
        text = HEADER + BREAK.join(cells) + "\n"
        self.sdk.workspace.upload(
            path,
            io.BytesIO(text.encode()),
            format=ImportFormat.SOURCE,
            language=Language.PYTHON,
            overwrite=True,
        )

    def create_job(self, name: str, *tasks: Task) -> int:
        """Make a job; returns its id."""
        job_id = self.sdk.jobs.create(name=name, tasks=list(tasks)).job_id
        assert job_id
        return job_id

    def start(self, *cells: str, path: str = "/Shared/test", **fields: Any) -> int:
        """Submit a notebook as a one-time run; returns the task run's id."""
        self.put_notebook(path, *cells)
        parameters = fields.pop("parameters", None)
        task = SubmitTask(
            task_key="main",
            notebook_task=NotebookTask(notebook_path=path, base_parameters=parameters),
            **fields,
        )
        client = self.sdk
        run_id = client.jobs.submit(run_name="test", tasks=[task]).run_id
        tasks = client.jobs.get_run(run_id).tasks
        assert tasks
        assert tasks[0].run_id
        return tasks[0].run_id

    def wait(
        self, run_id: int, until: Callable[[Run], bool] | None = None, seconds: float = 60
    ) -> Run:
        """Poll a run until it has ended, or until something else holds."""
        client, deadline = self.sdk, time.monotonic() + seconds
        while time.monotonic() < deadline:
            run = client.jobs.get_run(run_id)
            if (until or _ended)(run):
                return run
            time.sleep(0.02)
        raise AssertionError(f"Run {run_id} did not come so far: {run.state}\n{self.log()}")

    def wait_for_cell(self, run_id: int, position: int = 0) -> None:
        """Wait until a cell of a task run is running."""
        client, deadline = self.sdk, time.monotonic() + 60
        while time.monotonic() < deadline:
            found = commands(client.jobs.export_run(run_id).views[0].content or "")  # type: ignore[index]
            if found[position : position + 1] and found[position]["state"] == "running":
                return
            time.sleep(0.02)
        raise AssertionError(f"Cell {position} of run {run_id} never ran.\n{self.log()}")

    def run(self, *cells: str, **fields: Any) -> Result:
        """Run a notebook to its end."""
        run_id = self.start(*cells, **fields)
        run = self.wait(run_id)
        return self.result(run)

    def result(self, run: Run) -> Result:
        """All there is to know of a task run that has ended."""
        assert run.state is not None
        assert run.run_id is not None
        client = self.sdk
        output = client.jobs.get_run_output(run.run_id)
        return Result(
            state=_text(run.state.life_cycle_state),
            result=_text(run.state.result_state),
            message=run.state.state_message or "",
            exit_value=output.notebook_output.result if output.notebook_output else None,
            error=output.error or "",
            trace=output.error_trace or "",
            page=client.jobs.export_run(run.run_id).views[0].content or "",  # type: ignore[index]
        )


@dataclass
class Result:
    """How a notebook ended."""

    state: str
    result: str
    message: str
    exit_value: str | None
    error: str
    trace: str
    page: str

    @property
    def ended(self) -> tuple[str, str]:
        """Life cycle and result."""
        return self.state, self.result


def _ended(run: Run) -> bool:
    assert run.state is not None
    return _text(run.state.life_cycle_state) in ("TERMINATED", "INTERNAL_ERROR", "SKIPPED")


def _text(value: Any) -> str:
    return value.value if value is not None else ""


@contextmanager
def serving(folder: Path) -> Iterator[Workspace]:
    """A workspace that answers, with its home below a folder; ended at the block's end."""
    workspace = Workspace(folder / "home")
    workspace.up()
    try:
        yield workspace
    finally:
        for process in workspace.started:
            process.terminate()
        for process in workspace.started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
