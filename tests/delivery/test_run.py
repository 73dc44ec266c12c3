"""Runs on a real local workspace, followed through the official client."""

from __future__ import annotations

from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient

from brickyard.delivery.deploy import deploy
from brickyard.delivery.errors import RunError
from brickyard.delivery.project import Project, read_project
from brickyard.delivery.run import (
    FAILED,
    STOPPED,
    SUCCEEDED,
    Event,
    RunChanged,
    RunState,
    StageLine,
    TaskChanged,
    follow,
    start_run,
)
from brickyard.delivery.stages import NotebookCells
from brickyard.errors import BrickyardError

HEADER = "# Databricks notebook source\n"


def delivered(client: WorkspaceClient, folder: Path, notebook: str | None = None) -> Project:
    if notebook is not None:
        (folder / "notebooks" / "train.py").write_text(HEADER + notebook)
    project = read_project(folder / "brickyard.toml")
    deploy(client, project, project.target("local"))
    return project


def start(client: WorkspaceClient, project: Project, **parameters: str) -> int:
    return start_run(client, project, project.target("local"), "train", parameters)


def followed(client: WorkspaceClient, run_id: int) -> tuple[list[Event], RunState]:
    events = list(follow(client, run_id, sources=[NotebookCells(client)], timeout_s=120))
    last = [event.run for event in events if isinstance(event, RunChanged)][-1]
    return events, last


def test_a_run_installs_the_wheel_takes_parameters_and_gives_its_output(
    client: WorkspaceClient, deployable: Path
) -> None:
    project = delivered(client, deployable)
    events, run = followed(client, start(client, project, rounds="5"))
    assert (run.state, run.exit_code) == ("SUCCESS", SUCCEEDED)
    (task,) = run.tasks
    assert task.output is not None
    name, version, rounds = task.output.split()
    assert (name, rounds) == ("alpha", "5")
    assert version.startswith("0.1.0+b")
    states = [event.task.state for event in events if isinstance(event, TaskChanged)]
    assert states[-1] == "SUCCESS"
    lines = [event for event in events if isinstance(event, StageLine)]
    assert "working\n" in "".join(line.text for line in lines if line.stage == "Work")
    assert [line.state for line in lines if line.stage == "Work"][-1] == "finished"


def test_a_failure_comes_with_error_and_trace(client: WorkspaceClient, deployable: Path) -> None:
    project = delivered(
        client, deployable, "def fail():\n    raise ValueError('bad luck')\nfail()\n"
    )
    _, run = followed(client, start(client, project))
    assert (run.state, run.exit_code) == ("FAILED", FAILED)
    (task,) = run.tasks
    assert task.error == "ValueError: bad luck"
    assert "fail()" in (task.trace or "")


def test_text_is_told_once_and_whole(client: WorkspaceClient, deployable: Path) -> None:
    loop = "for i in range(6):\n    print('line', i)\n    time.sleep(0.25)\n"
    code = f"import time\n{loop}print('end', end='')"
    project = delivered(client, deployable, code)
    events, _ = followed(client, start(client, project))
    told = "".join(event.text for event in events if isinstance(event, StageLine))
    assert told == "".join(f"line {i}\n" for i in range(6)) + "end"


def test_a_cancelled_run_is_told_from_a_failed_one(
    client: WorkspaceClient, deployable: Path
) -> None:
    project = delivered(client, deployable, "import time\ntime.sleep(60)\n")
    run_id = start(client, project)
    *_, last = follow(client, run_id, timeout_s=0.2)
    assert isinstance(last, RunChanged | TaskChanged)
    client.jobs.cancel_run(run_id)
    _, run = followed(client, run_id)
    assert (run.state, run.exit_code) == ("CANCELED", STOPPED)


def test_watching_stops_in_time_and_the_run_goes_on(
    client: WorkspaceClient, deployable: Path
) -> None:
    project = delivered(client, deployable, "import time\ntime.sleep(1.5)\n")
    run_id = start(client, project)
    early = [e.run for e in follow(client, run_id, timeout_s=0.1) if isinstance(e, RunChanged)][-1]
    assert (early.ended, early.exit_code) == (False, STOPPED)
    _, run = followed(client, run_id)
    assert run.state == "SUCCESS"


def test_what_cannot_run_is_refused_before_it_starts(
    client: WorkspaceClient, deployable: Path
) -> None:
    project = read_project(deployable / "brickyard.toml")
    with pytest.raises(RunError, match="not deployed to target 'local'"):
        start(client, project)
    delivered(client, deployable)
    with pytest.raises(RunError, match=r"no parameter 'round'. Did you mean 'rounds'"):
        start(client, project, round="5")
    with pytest.raises(BrickyardError, match="no job 'trian'"):
        start_run(client, project, project.target("local"), "trian", {})
    tags = {"brickyard_project": project.name}
    (job,) = (
        job
        for job in client.jobs.list()
        if job.settings and tags.items() <= (job.settings.tags or {}).items()
    )
    assert list(client.jobs.list_runs(job_id=job.job_id)) == []


def test_starting_twice_with_one_token_is_one_run(
    client: WorkspaceClient, deployable: Path
) -> None:
    project = delivered(client, deployable, "pass\n")
    target = project.target("local")
    first, second = (
        start_run(client, project, target, "train", {}, idempotency_token=f"{project.name}-1"[:64])
        for _ in range(2)
    )
    assert first == second
    followed(client, first)
