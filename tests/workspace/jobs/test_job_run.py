from __future__ import annotations

import asyncio
from typing import Any

import pytest

from brickyard.runtime.protocol import display, end, restart
from brickyard.workspace.jobs.job_run import JobRun
from brickyard.workspace.jobs.manager import _new_run, _new_task
from brickyard.workspace.jobs.records import Row, RunRecords
from brickyard.workspace.jobs.settings import job_settings
from brickyard.workspace.jobs.surroundings import Surroundings
from tests.workspace.jobs.conftest import ScriptedPool

Json = dict[str, Any]


def task(key: str, *needs: str, **fields: Any) -> Json:
    return {
        "task_key": key,
        "notebook_task": {"notebook_path": f"/Shared/{key}", **fields.pop("notebook", {})},
        "depends_on": [{"task_key": need} for need in needs],
        **fields,
    }


class Jobs:
    """Runs jobs to their end."""

    def __init__(self, records: RunRecords, around: Surroundings) -> None:
        self.records = records
        self.around = around

    def create(self, *tasks: Json, parameters: Json | None = None, **settings: Any) -> JobRun:
        checked = job_settings({"name": "j", "tasks": list(tasks), **settings})
        run = _new_run("JOB_RUN", checked, "ada", parameters or {}, None)
        rows = [_new_task(run, item) for item in checked["tasks"]]
        run_id, _ = self.records.create(run, rows)
        return JobRun(self.records.get(run_id), self.around, self.records)

    def run(self, *tasks: Json, **settings: Any) -> tuple[Row, dict[str, Row]]:
        run = self.create(*tasks, **settings)
        asyncio.run(run.carry())
        return self.ended(run)

    def ended(self, run: JobRun) -> tuple[Row, dict[str, Row]]:
        tasks = {row["task_key"]: row for row in self.records.tasks(run.run_id)}
        return self.records.get(run.run_id), tasks


@pytest.fixture
def jobs(records: RunRecords, around: Surroundings) -> Jobs:
    return Jobs(records, around)


def ends(row: Row) -> tuple[str, str]:
    return row["life_cycle"], row["result"]


def test_tasks_run_in_the_order_of_their_needs(jobs: Jobs, pool: ScriptedPool) -> None:
    run, tasks = jobs.run(task("c", "a", "b"), task("b", "a"), task("a"))

    assert [spec.notebook_path for spec in pool.specs] == ["/Shared/a", "/Shared/b", "/Shared/c"]
    assert ends(run) == ("TERMINATED", "SUCCESS")
    assert {ends(row) for row in tasks.values()} == {("TERMINATED", "SUCCESS")}


def test_what_needs_a_failed_task_does_not_run(jobs: Jobs, pool: ScriptedPool) -> None:
    pool.script = lambda spec: [
        end("SUCCESS")
        if spec.notebook_path != "/Shared/a"
        else end("FAILED", error="E: no", error_trace="t")
    ]
    run, tasks = jobs.run(task("a"), task("b", "a"), task("c", "b"), task("d"))

    assert {key: row["result"] for key, row in tasks.items()} == {
        "a": "FAILED",
        "b": "UPSTREAM_FAILED",
        "c": "UPSTREAM_FAILED",
        "d": "SUCCESS",
    }
    assert ends(run) == ("INTERNAL_ERROR", "FAILED")
    assert run["message"] == (
        "Task a failed with message: Workload failed, see run output for details."
    )
    assert (tasks["a"]["error"], tasks["a"]["error_trace"]) == ("E: no", "t")


def test_parameters_of_the_job_win_over_the_calls_and_the_tasks(
    jobs: Jobs, pool: ScriptedPool
) -> None:
    jobs.run(
        task("a", notebook={"base_parameters": {"x": "task", "y": "task", "z": "{{job.name}}"}}),
        parameters={
            "job_parameters": [{"name": "x", "value": "job"}],
            "overriding_parameters": {"notebook_params": {"x": "call", "y": "call"}},
        },
    )

    assert pool.specs[0].widgets == {"x": "job", "y": "call", "z": "j"}


def test_a_job_parameters_own_reference_reaches_tasks_resolved(
    jobs: Jobs, pool: ScriptedPool
) -> None:
    run, _ = jobs.run(
        task("a", notebook={"base_parameters": {"path": "/out/{{job.parameters.id}}"}}),
        parameters={"job_parameters": [{"name": "id", "value": "{{job.run_id}}"}]},
    )

    expected = str(run["run_id"])
    assert pool.specs[0].widgets == {"id": expected, "path": f"/out/{expected}"}


def test_a_wrong_reference_fails_the_task_by_name(jobs: Jobs, pool: ScriptedPool) -> None:
    _, tasks = jobs.run(task("a", notebook={"base_parameters": {"x": "{{job.nope}}"}}))

    assert ends(tasks["a"]) == ("INTERNAL_ERROR", "FAILED")
    assert "{{job.nope}}" in tasks["a"]["error"]
    assert pool.specs == []


def test_a_restart_goes_on_at_the_next_cell_with_widgets_and_secrets(
    jobs: Jobs, pool: ScriptedPool
) -> None:
    def script(spec: Any) -> list[Any]:
        if spec.first_cell == 0:
            return [restart(1, {"w": "v"}, ["s"])]
        return [end("SUCCESS", exit_value="done")]

    pool.script = script
    _, tasks = jobs.run(task("a"))

    assert tasks["a"]["exit_value"] == "done"
    assert (pool.specs[1].first_cell, pool.specs[1].widgets) == (1, {"w": "v"})
    assert pool.specs[1].secrets == ("s",)


def test_an_event_that_cannot_be_kept_ends_the_run_and_its_process(
    jobs: Jobs, pool: ScriptedPool
) -> None:
    pool.script = lambda _spec: [{"event": "cell"}]
    run, tasks = jobs.run(task("a"))

    assert ends(tasks["a"]) == ("INTERNAL_ERROR", "FAILED")
    assert ends(run) == ("INTERNAL_ERROR", "FAILED")
    assert pool.processes[0].killed


def test_an_end_that_cannot_be_stored_is_an_end_all_the_same(
    jobs: Jobs, pool: ScriptedPool
) -> None:
    pool.script = lambda _spec: [end("SUCCESS", exit_value="\ud800")]
    run, tasks = jobs.run(task("a"))

    assert ends(tasks["a"]) == ("INTERNAL_ERROR", "FAILED")
    assert "could not be stored" in tasks["a"]["error"]
    assert ends(run) == ("INTERNAL_ERROR", "FAILED")


def test_a_process_that_ends_without_a_word_is_a_failure(jobs: Jobs, pool: ScriptedPool) -> None:
    pool.script = lambda _spec: [display(0, {"text/plain": "1"})]
    _, tasks = jobs.run(task("a"))

    assert ends(tasks["a"]) == ("TERMINATED", "FAILED")
    assert tasks["a"]["termination_code"] == "DRIVER_ERROR"
    assert "ended by signal 9 (SIGKILL" in tasks["a"]["error"]


def test_cancelling_ends_what_runs_and_what_waits(jobs: Jobs, pool: ScriptedPool) -> None:
    pool.script = lambda _spec: [{"event": "wait"}]

    async def scenario(run: JobRun) -> None:
        carrying = asyncio.create_task(run.carry())
        while not pool.processes or not pool.processes[0].pid:
            await asyncio.sleep(0)
        await run.cancel()
        await carrying

    started = jobs.create(task("a"), task("b", "a"))
    asyncio.run(scenario(started))
    run, tasks = jobs.ended(started)

    assert {ends(row) for row in (run, *tasks.values())} == {("TERMINATED", "CANCELED")}


def test_a_cancel_that_comes_after_the_end_changes_nothing(jobs: Jobs) -> None:
    started = jobs.create(task("a"))

    async def scenario() -> None:
        await started.carry()
        await started.cancel()

    asyncio.run(scenario())

    assert ends(jobs.ended(started)[0]) == ("TERMINATED", "SUCCESS")
