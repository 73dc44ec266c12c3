"""The Jobs API over HTTP, with processes of a script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from brickyard.workspace.jobs.manager import RunManager
from brickyard.workspace.jobs.records import JobRecords, RunRecords
from brickyard.workspace.jobs.render import Renderer
from brickyard.workspace.jobs.service import JobsService
from brickyard.workspace.jobs.surroundings import Surroundings
from brickyard.workspace.store import Store
from tests.workspace.conftest import Serve
from tests.workspace.jobs.conftest import ScriptedPool

TASKS = [{"task_key": "a", "notebook_task": {"notebook_path": "/n"}}]


@pytest.fixture
def http(
    serve: Serve, store: Store, records: RunRecords, around: Surroundings
) -> Iterator[httpx.Client]:
    jobs = JobRecords(store)
    manager = RunManager(jobs, records, around)
    with serve(JobsService(jobs, records, manager, Renderer("http://here", 1))).http() as client:
        yield client


def post(http: httpx.Client, call: str, **fields: Any) -> dict[str, Any]:
    reply = http.post(f"/api/2.1/jobs/{call}", json=fields)
    return {"status": reply.status_code, **reply.json()}


def finished(http: httpx.Client, run_id: int) -> dict[str, Any]:
    while True:
        run: dict[str, Any] = http.get(
            "/api/2.0/jobs/runs/get", params={"run_id": str(run_id)}
        ).json()
        if run["end_time"]:
            return run


@pytest.mark.parametrize(
    ("call", "fields", "says"),
    [
        ("update", {"fields_to_remove": "tasks"}, "field 'fields_to_remove'"),
        ("update", {"fields_to_remove": [1]}, "field 'fields_to_remove'"),
        ("update", {"new_settings": {"tasks": ["x"]}}, "field 'tasks[0]', found STRING"),
        ("reset", {"new_settings": {"name": "\ud800"}}, "field 'new_settings' is not Unicode"),
        ("run-now", {"notebook_params": "x"}, "Expected object for field 'notebook_params'"),
        ("run-now", {"notebook_params": {"a": []}}, "field 'notebook_params.a', found ARRAY"),
    ],
)
def test_what_cannot_be_read_is_malformed(
    http: httpx.Client, call: str, fields: dict[str, Any], says: str
) -> None:
    job_id = post(http, "create", name="j", tasks=TASKS)["job_id"]
    body = json.dumps({"job_id": job_id, **fields})
    reply = http.post(f"/api/2.1/jobs/{call}", content=body)

    assert (reply.status_code, reply.json()["error_code"]) == (400, "MALFORMED_REQUEST")
    assert says in reply.json()["message"]


def test_parameters_of_legacy_clients_become_text(http: httpx.Client, pool: ScriptedPool) -> None:
    job_id = post(http, "create", name="j", tasks=TASKS)["job_id"]
    given = {"n": 7, "flag": True, "none": None, "word": "w"}
    run = post(http, "run-now", job_id=str(job_id), notebook_params=given)
    finished(http, run["run_id"])

    assert run["number_in_job"] == run["run_id"]
    assert pool.specs[0].widgets == {"n": "7", "flag": "true", "none": "", "word": "w"}


def test_parameters_are_measured_in_bytes(http: httpx.Client) -> None:
    job_id = post(http, "create", name="j", tasks=TASKS)["job_id"]
    reply = post(http, "run-now", job_id=job_id, notebook_params={"a": "ü" * 5_000})

    assert reply["error_code"] == "INVALID_PARAMETER_VALUE"
    assert "larger than 10000 bytes" in reply["message"]


def test_the_output_of_a_legacy_submit_is_found_by_the_runs_id(http: httpx.Client) -> None:
    legacy = post(http, "runs/submit", notebook_task={"notebook_path": "/n"})["run_id"]
    modern = post(http, "runs/submit", tasks=TASKS)["run_id"]
    for run_id in (legacy, modern):
        finished(http, run_id)
    replies = [
        http.get("/api/2.1/jobs/runs/get-output", params={"run_id": str(run_id)})
        for run_id in (legacy, modern)
    ]

    assert [reply.status_code for reply in replies] == [200, 400]
    assert replies[0].json()["notebook_output"] == {}
    assert replies[1].json()["message"].startswith("Retrieving the output of runs with multiple")


@pytest.mark.parametrize("where", [{"offset": "-1"}, {"page_token": "LTE="}, {"page_token": "é"}])
def test_a_page_before_the_first_is_refused(http: httpx.Client, where: dict[str, str]) -> None:
    reply = http.get("/api/2.1/jobs/list", params=where)

    assert (reply.status_code, reply.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
