from __future__ import annotations

from typing import Any

import pytest

from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.jobs.settings import job_settings, submit_settings


def task(key: str = "main", **fields: Any) -> dict[str, Any]:
    return {"task_key": key, "notebook_task": {"notebook_path": "/Shared/n"}, **fields}


def test_defaults_are_filled_in_as_on_the_platform() -> None:
    settings = job_settings({"name": "j", "tasks": [task()]})

    assert settings == {
        "name": "j",
        "email_notifications": {},
        "webhook_notifications": {},
        "timeout_seconds": 0,
        "max_concurrent_runs": 1,
        "format": "MULTI_TASK",
        "tasks": [
            {
                "task_key": "main",
                "notebook_task": {"notebook_path": "/Shared/n", "source": "WORKSPACE"},
                "run_if": "ALL_SUCCESS",
                "timeout_seconds": 0,
                "email_notifications": {},
            }
        ],
    }


def test_the_input_is_not_changed() -> None:
    raw = {"tasks": [task()]}
    job_settings(raw)

    assert raw == {"tasks": [task()]}


def test_legacy_single_task_fields_become_a_task() -> None:
    settings = submit_settings(
        {
            "run_name": "r",
            "existing_cluster_id": "c",
            "notebook_task": {
                "notebook_path": "/n",
                "base_parameters": [{"key": "a", "value": "1"}],
            },
        }
    )

    assert settings["format"] == "SINGLE_TASK"
    assert settings["name"] == "r"
    assert settings["tasks"][0]["existing_cluster_id"] == "c"
    assert settings["tasks"][0]["notebook_task"]["base_parameters"] == {"a": "1"}


@pytest.mark.parametrize(
    ("settings", "status", "code", "says"),
    [
        ({"tasks": "x"}, 400, "MALFORMED_REQUEST", "Expected array for field 'tasks'"),
        (
            {"tasks": [task(notebook_task="x")]},
            400,
            "MALFORMED_REQUEST",
            "notebook_task', found STRING",
        ),
        ({"tasks": [task("a b")]}, 400, "INVALID_PARAMETER_VALUE", "task_key 'a b'"),
        ({"tasks": [task(), task()]}, 400, "INVALID_PARAMETER_VALUE", "more than one task"),
        ({"tasks": [{"task_key": "a"}]}, 400, "INVALID_PARAMETER_VALUE", "one task type"),
        (
            {"tasks": [{"task_key": "a", "sql_task": {"warehouse_id": "w"}}]},
            501,
            "NOT_IMPLEMENTED",
            "sql_task",
        ),
        ({"tasks": [task(max_retries=2)]}, 501, "NOT_IMPLEMENTED", "max_retries"),
        ({"tasks": [task(run_if="ALL_DONE")]}, 501, "NOT_IMPLEMENTED", "run_if ALL_DONE"),
        (
            {"tasks": [task(libraries=[{"pypi": {"package": "x"}}])]},
            400,
            "INVALID_PARAMETER_VALUE",
            "libraries need existing_cluster_id",
        ),
        (
            {"tasks": [task(libraries=[{"whl": "a", "jar": "b"}], existing_cluster_id="c")]},
            400,
            "INVALID_PARAMETER_VALUE",
            "Task 'main': libraries[0] must have exactly one kind",
        ),
        ({"queue": {"enabled": True}}, 501, "NOT_IMPLEMENTED", "queue.enabled"),
        (
            {"schedule": {"quartz_cron_expression": "0 0 1 * * ?", "timezone_id": "UTC"}},
            501,
            "NOT_IMPLEMENTED",
            "schedule",
        ),
        (
            {"tasks": [task(notebook_task={"notebook_path": "relative"})]},
            400,
            "INVALID_PARAMETER_VALUE",
            "notebook_path 'relative' must be absolute",
        ),
        (
            {"tasks": [task(depends_on=[{"task_key": "nope"}])]},
            400,
            "INVALID_PARAMETER_VALUE",
            "'nope', which is not a task",
        ),
        (
            {"parameters": [{"name": "a b", "default": ""}]},
            400,
            "INVALID_PARAMETER_VALUE",
            "name 'a b'",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    settings: dict[str, Any], status: int, code: str, says: str
) -> None:
    with pytest.raises(ApiError) as caught:
        job_settings(settings)

    assert (caught.value.status, caught.value.code) == (status, code)
    assert says in caught.value.message


def test_tasks_in_a_circle_are_refused() -> None:
    tasks = [task("a", depends_on=[{"task_key": "b"}]), task("b", depends_on=[{"task_key": "a"}])]

    with pytest.raises(ApiError, match=r"\['a', 'b'\] depend on each other"):
        job_settings({"tasks": tasks})


def test_a_paused_schedule_is_kept() -> None:
    schedule = {
        "quartz_cron_expression": "0 0 1 * * ?",
        "timezone_id": "UTC",
        "pause_status": "PAUSED",
    }

    assert job_settings({"schedule": schedule})["schedule"] == schedule


def test_numbers_and_booleans_may_come_as_text() -> None:
    settings = job_settings(
        {
            "max_concurrent_runs": "3",
            "tasks": [task(timeout_seconds="60", retry_on_timeout="False")],
        }
    )

    assert settings["max_concurrent_runs"] == 3
    assert settings["tasks"][0]["timeout_seconds"] == 60
    assert settings["tasks"][0]["retry_on_timeout"] is False


def test_null_means_absent() -> None:
    settings = job_settings(
        {"name": None, "max_concurrent_runs": None, "tasks": [task(timeout_seconds=None)]}
    )

    assert (settings["name"], settings["max_concurrent_runs"]) == ("Untitled", 1)
    assert settings["tasks"][0]["timeout_seconds"] == 0


@pytest.mark.parametrize(
    ("settings", "status", "says"),
    [
        ({"max_concurrent_runs": "many"}, 400, "Expected integer for field 'max_concurrent_runs'"),
        ({"max_concurrent_runs": 1001}, 400, "between 0 and 1000, not 1001"),
        ({"timeout_seconds": -1}, 400, "timeout_seconds must not be negative"),
        ({"tasks": [task(timeout_seconds=-1)]}, 400, "timeout_seconds must not be negative"),
        ({"tasks": {}}, 400, "Expected array for field 'tasks', found OBJECT"),
        ({"spark_python_task": {"python_file": "x.py"}}, 501, "Task type spark_python_task"),
        (
            {"notebook_task": {"notebook_path": "/n", "base_parameters": [{"key": "a"}]}},
            400,
            "field 'base_parameters'",
        ),
        ({"notebook_task": {"notebook_path": "/n"}, "max_retries": 2}, 501, "max_retries"),
    ],
)
def test_what_would_break_a_run_later_is_refused_now(
    settings: dict[str, Any], status: int, says: str
) -> None:
    with pytest.raises(ApiError) as caught:
        job_settings(settings)

    assert caught.value.status == status
    assert says in caught.value.message
