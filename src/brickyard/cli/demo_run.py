"""The phases of the demo, one after the other, each timed; only through the official SDK."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brickyard.cli.child import own_workspace
from brickyard.cli.local import Address, serving
from brickyard.cli.show import CiView, RunView, show_delivery, working
from brickyard.delivery.ci import run_ci
from brickyard.delivery.connect import connect
from brickyard.delivery.deploy import deploy
from brickyard.delivery.errors import ProjectError
from brickyard.delivery.project import LOCAL, Demo, Project, Target
from brickyard.delivery.run import RunState, StageLine, follow, start_run
from brickyard.delivery.stages import NotebookCells
from brickyard.delivery.templates import fill_text
from brickyard.errors import BrickyardError

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient


@dataclass
class DemoResult:
    """What the demo came to.

    Attributes:
        url: The workspace's address.
        home: Its home folder.
        was_serving: Whether the workspace was there before, and so still is.
        passed: Whether everything went well.
        timings: Seconds by phase, and ``stages``: seconds by titled notebook cell.
        runs: The runs, training first.
        metrics: As MLflow has them for the run that evaluated the model.
    """

    url: str = ""
    home: Path = Path()
    was_serving: bool = False
    passed: bool = True
    timings: dict[str, Any] = field(default_factory=dict)
    runs: dict[str, RunState] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)

    def stages(self) -> dict[str, dict[str, Any]]:
        """What the notebooks said on leaving: stage name to its result, of all runs."""
        found: dict[str, dict[str, Any]] = {}
        for run in self.runs.values():
            for task in run.tasks:
                found |= _stages(task.output)
        return found

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "passed": self.passed,
            "url": self.url,
            "home": str(self.home),
            "timings": self.timings,
            "runs": {job: run.as_dict() for job, run in self.runs.items()},
            "stages": self.stages(),
            "metrics": self.metrics,
        }


def run_demo(project: Project, home: Path) -> DemoResult:
    """Carry the demo out.

    Args:
        project: A project with a ``[demo]`` table.
        home: The local workspace's home folder.

    Raises:
        BrickyardError: The project has no demo, or a step cannot be done at all.
    """
    if project.demo is None:
        raise BrickyardError(
            f"{project.file} has no demo.", "Add [demo] with the jobs to run: train and score."
        )
    target = project.target(LOCAL)
    began = time.monotonic()
    result = DemoResult(home=home)
    there = serving(home)
    result.was_serving = there is not None
    clock = _Clock(result.timings)
    with ExitStack() as stack:
        with clock.phase("start"):
            address = there or stack.enter_context(own_workspace(home))
        result.url = address.url
        client = connect(target, host=address.url, token=address.token)
        _steps(client, address, project, target, project.demo, result, clock)
    result.timings["total"] = round(time.monotonic() - began, 3)
    return result


def _steps(
    client: WorkspaceClient,
    address: Address,
    project: Project,
    target: Target,
    demo: Demo,
    result: DemoResult,
    clock: _Clock,
) -> None:
    if demo.seed is not None:
        with clock.phase("seed"):
            _seed(address, demo, target)
    with clock.phase("ci"), CiView() as view:
        checked = run_ci(project, view.told)
    view.sum_up(checked)
    if not checked.passed:
        result.passed = False
        return
    with clock.phase("deploy"):
        with working(f"Deploying {project.name}") as told:
            delivery = deploy(client, project, target, told)
        show_delivery(delivery)
    for phase, job in (("train", demo.train), ("score", demo.score)):
        with clock.phase(phase):
            run = _run(client, project, target, job, clock)
        result.runs[job] = run
        if run.exit_code:
            result.passed = False
            return
    result.metrics = _metrics(client, result)


class _Clock:
    def __init__(self, timings: dict[str, Any]) -> None:
        self.timings = timings
        timings["stages"] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.timings[name] = round(time.monotonic() - began, 3)

    def stage(self, line: StageLine) -> None:
        if line.seconds is not None and line.state == "finished":
            self.timings["stages"][f"{line.task}: {line.stage}"] = line.seconds


def _seed(address: Address, demo: Demo, target: Target) -> None:
    """Run the project's script in a process of its own, whose memory ends with it."""
    file = demo.seed
    if file is None:
        return
    values = {f"var.{name}": value for name, value in target.vars.items()}
    command = [sys.executable, str(file), "--to", fill_text(demo.seed_to, values)]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DATABRICKS_")},
        "DATABRICKS_HOST": address.url,
        "DATABRICKS_TOKEN": address.token,
        "DATABRICKS_CONFIG_FILE": os.devnull,
        "PYTHONUNBUFFERED": "1",
    }
    with (
        working("Seeding the raw data") as told,
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as child,
    ):
        for line in child.stdout or ():
            told(line.rstrip())
        if child.wait() != 0:
            errors.seek(0)
            said = (errors.read().strip().splitlines() or ["nothing"])[-1]
            raise ProjectError(file, f"Ended with exit status {child.returncode}, saying: {said}")


def _run(
    client: WorkspaceClient, project: Project, target: Target, job: str, clock: _Clock
) -> RunState:
    run_id = start_run(client, project, target, job, {})
    with RunView(job) as view:
        for event in follow(client, run_id, sources=[NotebookCells(client)]):
            view.show(event)
            if isinstance(event, StageLine):
                clock.stage(event)
    return view.sum_up(run_id)


def _metrics(client: WorkspaceClient, result: DemoResult) -> dict[str, float]:
    """The metrics that MLflow holds for the evaluation's run."""
    run_id = result.stages().get("evaluation", {}).get("run_id")
    if not run_id:
        return {}
    run = client.experiments.get_run(str(run_id)).run
    metrics = (run.data.metrics if run and run.data else None) or []
    return {str(metric.key): float(metric.value or 0.0) for metric in metrics}


def _stages(output: str | None) -> dict[str, dict[str, Any]]:
    try:
        said = json.loads(output or "{}")
    except ValueError:
        return {}
    if not isinstance(said, dict):
        return {}
    return {name: value for name, value in said.items() if isinstance(value, dict)}
