from __future__ import annotations

from typing import Any

import pytest

from brickyard.notebook import parse
from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.jobs.manager import _new_run, _new_task
from brickyard.workspace.jobs.records import JobRecords, RunRecords
from brickyard.workspace.jobs.settings import job_settings
from brickyard.workspace.store import Store
from tests.support.outputs import add_output

SETTINGS = job_settings(
    {"name": "j", "tasks": [{"task_key": "a", "notebook_task": {"notebook_path": "/n"}}]}
)
NOTEBOOK = parse(
    "# Databricks notebook source\na\n\n# COMMAND ----------\n\nb\n\n# COMMAND ----------\n\nc\n"
)


def make(records: RunRecords, **values: Any) -> tuple[int, int]:
    """A job run and its task run."""
    run = _new_run("JOB_RUN", SETTINGS, "ada", {}, None) | values
    run_id, (task_id,) = records.create(run, [_new_task(run, SETTINGS["tasks"][0])])
    return run_id, task_id


def test_the_end_of_a_run_is_not_undone(records: RunRecords) -> None:
    run_id, _ = make(records)
    records.note_ending(run_id)
    ending = records.get(run_id)["life_cycle"]
    records.change(run_id, life_cycle="TERMINATED", result="SUCCESS")
    records.note_ending(run_id)

    assert ending == "TERMINATING"
    assert records.get(run_id)["life_cycle"] == "TERMINATED"


def test_orphans_end_with_their_cells(records: RunRecords) -> None:
    run_id, task_id = make(records)
    done_id, _ = make(records, life_cycle="TERMINATED", result="SUCCESS")
    records.add_cells(task_id, NOTEBOOK)
    for position, state in ((0, "RUNNING"), (0, "FINISHED"), (1, "RUNNING")):
        records.change_cell(task_id, position, state, 10 + position)

    assert set(records.end_orphans("gone")) >= {run_id, task_id}
    assert [c["state"] for c in records.cells(task_id)] == ["FINISHED", "FAILED", "SKIPPED"]
    assert records.get(task_id)["error"] == "gone"
    assert records.get(done_id)["result"] == "SUCCESS"
    assert records.end_orphans("again") == []


def test_runs_are_listed_newest_first_by_what_is_asked(records: RunRecords) -> None:
    first, _ = make(records, job_id=1, created_ms=100)
    second, _ = make(records, job_id=2, created_ms=200, run_type="SUBMIT_RUN")
    third, _ = make(records, job_id=1, created_ms=300, life_cycle="TERMINATED")

    def listed(**wanted: Any) -> list[int]:
        return [row["run_id"] for row in records.page(**wanted)]

    assert listed() == [third, second, first]
    assert listed(job_id=1) == [third, first]
    assert listed(active=True) == [second, first]
    assert listed(active=False) == [third]
    assert listed(run_type="SUBMIT_RUN") == [second]
    assert listed(started_from=200, started_to=299) == [second]
    assert listed(limit=1, offset=1) == [second]
    assert (records.count_active(1), records.count_active(2)) == (1, 1)


def test_deleting_a_run_takes_all_of_it(records: RunRecords) -> None:
    run_id, task_id = make(records)
    records.add_cells(task_id, NOTEBOOK)
    add_output(records, task_id, 0, "stream", {"name": "stdout", "text": "x"})
    records.delete(run_id)

    assert records.cells(task_id) == []
    assert records.outputs(task_id) == []
    with pytest.raises(ApiError, match=f"Run {task_id} does not exist"):
        records.get(task_id)


def test_outputs_come_in_order_after_a_number_and_by_cell(records: RunRecords) -> None:
    _, task_id = make(records)
    for number in range(4):
        add_output(records, task_id, number % 2, "stream", {"text": str(number)})
    every = records.outputs(task_id)

    assert [o["content"]["text"] for o in every] == ["0", "1", "2", "3"]
    later = records.outputs(task_id, after=every[1]["sequence"], position=1)
    assert [o["content"]["text"] for o in later] == ["3"]
    assert records.output(task_id, every[2]["sequence"]) == every[2]
    assert records.output(task_id + 1, every[2]["sequence"]) is None


def test_jobs_are_found_by_name_whatever_its_case(store: Store) -> None:
    jobs = JobRecords(store)
    ids = [jobs.create(SETTINGS | {"name": name}, "ada") for name in ("Train", "train", "score")]

    assert [row["job_id"] for row in jobs.page("TRAIN", 10, 0)] == [ids[1], ids[0]]
    jobs.replace(ids[0], SETTINGS | {"name": "other"})
    jobs.delete(ids[1])
    assert jobs.page("train", 10, 0) == []
    assert jobs.get(ids[0])["name"] == "other"
    with pytest.raises(ApiError, match=f"Job {ids[1]} does not exist"):
        jobs.get(ids[1])
