from __future__ import annotations

import dataclasses
import inspect
import subprocess
import sys

import pytest
from databricks.sdk.service import compute, iam, jobs
from hypothesis import given
from hypothesis import strategies as st

from brickyard.wire import Problem, check, fields_of, json_type

GOOD = {
    "name": "training",
    "max_concurrent_runs": 1,
    "tags": {"a": "b"},
    "schedule": {
        "quartz_cron_expression": "0 0 3 * * ?",
        "timezone_id": "UTC",
        "pause_status": "PAUSED",
    },
    "tasks": [
        {
            "task_key": "train",
            "notebook_task": {"notebook_path": "/a", "base_parameters": {"x": "1"}},
            "new_cluster": {"num_workers": 0, "spark_version": "15", "autoscale": None},
            "max_retries": 2,
        }
    ],
}


def test_a_right_job_has_no_problems() -> None:
    assert check(GOOD, jobs.JobSettings) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            {"max_concurent_runs": 1},
            Problem("", "max_concurent_runs", "JobSettings", "unknown", "max_concurrent_runs"),
        ),
        (
            {"tasks": [{"task_key": "a"}, {"notebook_task": {"notebok_path": "/a"}}]},
            Problem(
                "tasks[1].notebook_task",
                "notebok_path",
                "NotebookTask",
                "unknown",
                "notebook_path",
            ),
        ),
        (
            {"max_concurrent_runs": "1"},
            Problem("max_concurrent_runs", "string", "integer", "type"),
        ),
        (
            {"timeout_seconds": 1.5},
            Problem("timeout_seconds", "number", "integer", "type"),
        ),
        ({"timeout_seconds": True}, Problem("timeout_seconds", "boolean", "integer", "type")),
        ({"tasks": {}}, Problem("tasks", "object", "array", "type")),
        ({"tags": ["a"]}, Problem("tags", "array", "object", "type")),
        ({"tags": {"a": 1}}, Problem("tags.a", "number", "string", "type")),
        (
            {"schedule": {"pause_status": "paused"}},
            Problem("schedule.pause_status", "paused", "PAUSED, UNPAUSED", "value", "PAUSED"),
        ),
        ({"queue": {"enabled": "true"}}, Problem("queue.enabled", "string", "boolean", "type")),
        ([], Problem("", "array", "object", "type")),
    ],
)
def test_each_fault_is_named_with_its_path(body: object, problem: Problem) -> None:
    assert check(body, jobs.JobSettings) == [problem]


def test_every_problem_is_reported_in_document_order() -> None:
    found = check({"nme": "x", "tasks": [{"task_key": 1, "x": 2}]}, jobs.JobSettings, "body")
    assert [(p.path, p.found) for p in found] == [
        ("body", "nme"),
        ("body.tasks[0].task_key", "number"),
        ("body.tasks[0]", "x"),
    ]


def test_whole_floats_fit_integers_and_integers_fit_floats() -> None:
    assert check({"timeout_seconds": 2.0}, jobs.JobSettings) == []
    assert check(1, float) == []


def test_json_names_that_differ_from_attributes() -> None:
    assert check({"displayName": "x", "userName": "y"}, iam.User) == []
    assert [p.suggestion for p in check({"display_name": "x"}, iam.User)] == ["displayName"]


def test_message_says_where_and_what() -> None:
    (problem,) = check({"tasks": [{"task_kee": "a"}]}, jobs.JobSettings)
    assert str(problem) == (
        "Unknown field 'task_kee' at tasks[0] (Task has none). Did you mean 'task_key'?"
    )
    (problem,) = check({"tasks": "x"}, jobs.JobSettings)
    assert str(problem) == "tasks is a JSON string, expected array."


@pytest.mark.parametrize("module", [jobs, compute, iam])
def test_every_sdk_dataclass_yields_its_fields(module: object) -> None:
    kinds = [
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if dataclasses.is_dataclass(kind)
    ]
    assert len(kinds) > 40
    for kind in kinds:
        assert len(fields_of(kind)) == len(dataclasses.fields(kind))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["tasks", "task_key", "tags", "schedule", "queue", "zz"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def test_null_is_no_element_of_an_array_of_objects() -> None:
    found = [str(problem) for problem in check({"tasks": [None]}, jobs.JobSettings)]
    assert found == ["tasks[0] is a JSON null, expected object."]


@given(json_values)
def test_any_json_is_judged_and_only_what_fits_is_parsed(value: object) -> None:
    problems = check(value, jobs.JobSettings)
    if isinstance(value, dict) and not problems:
        jobs.JobSettings.from_dict(value)
    if value is not None and not isinstance(value, dict):
        assert [p.found for p in problems] == [json_type(value)]


def test_the_sdks_types_may_be_asked_for_by_several_threads_at_once() -> None:
    code = (
        "import threading\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "from brickyard.wire import sdk_types\n"
        "start = threading.Barrier(2)\n"
        "def ask(name): start.wait(); return sdk_types(name).__name__\n"
        "with ThreadPoolExecutor(2) as pool: print(*pool.map(ask, ['compute', 'jobs']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "databricks.sdk.service.compute databricks.sdk.service.jobs\n", (
        done.stderr
    )
