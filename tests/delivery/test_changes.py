from __future__ import annotations

from typing import Any

import pytest

from brickyard.delivery.changes import Change, compare

WANTED: dict[str, Any] = {
    "name": "train",
    "tasks": [
        {
            "task_key": "b",
            "depends_on": [{"task_key": "a"}],
            "notebook_task": {"notebook_path": "/b"},
        },
        {"task_key": "a", "notebook_task": {"notebook_path": "/a", "base_parameters": {"x": "1"}}},
    ],
    "email_notifications": {},
}


def deployed(**changed: Any) -> dict[str, Any]:
    """The settings as a server gives them back, with its defaults."""
    return {
        "name": "train",
        "format": "MULTI_TASK",
        "max_concurrent_runs": 1,
        "timeout_seconds": 0,
        "webhook_notifications": {},
        "email_notifications": {"no_alert_for_skipped_runs": False},
        "tasks": [
            {
                "task_key": "a",
                "run_if": "ALL_SUCCESS",
                "timeout_seconds": 0,
                "email_notifications": {},
                "notebook_task": {
                    "notebook_path": "/a",
                    "base_parameters": {"x": "1"},
                    "source": "WORKSPACE",
                },
            },
            {
                "task_key": "b",
                "run_if": "ALL_SUCCESS",
                "depends_on": [{"task_key": "a"}],
                "notebook_task": {"notebook_path": "/b", "source": "WORKSPACE"},
            },
        ],
        **changed,
    }


def test_the_servers_defaults_and_order_are_no_change() -> None:
    assert compare(deployed(), WANTED) == []


@pytest.mark.parametrize(
    ("changed", "change"),
    [
        ({"name": "other"}, Change("name", "other", "train")),
        ({"max_concurrent_runs": 5}, Change("max_concurrent_runs", 5, None)),
        ({"timeout_seconds": 60}, Change("timeout_seconds", 60, None)),
        ({"tags": {"by": "hand"}}, Change("tags.by", "hand", None)),
        (
            {"schedule": {"timezone_id": "UTC", "pause_status": "UNPAUSED"}},
            Change("schedule.timezone_id", "UTC", None),
        ),
    ],
)
def test_what_was_changed_by_hand_shows(changed: dict[str, Any], change: Change) -> None:
    assert compare(deployed(**changed), WANTED) == [change]


def test_tasks_are_told_apart_by_key() -> None:
    old = deployed()
    old["tasks"][0]["notebook_task"]["base_parameters"]["x"] = "2"
    old["tasks"][1]["task_key"] = "c"
    paths = [change.path for change in compare(old, WANTED)]
    assert paths == [
        "tasks[a].notebook_task.base_parameters.x",
        "tasks[b].depends_on[a].task_key",
        "tasks[b].notebook_task.notebook_path",
        "tasks[b].task_key",
        "tasks[c].depends_on[a].task_key",
        "tasks[c].notebook_task.notebook_path",
        "tasks[c].task_key",
    ]


def test_what_the_platform_fills_into_a_new_cluster_is_no_change() -> None:
    wanted = {"job_clusters": [{"job_cluster_key": "k", "new_cluster": {"num_workers": 1}}]}
    cluster = {"num_workers": 1, "azure_attributes": {"first_on_demand": 1}}
    old = {"job_clusters": [{"job_cluster_key": "k", "new_cluster": cluster}]}
    assert compare(old, wanted) == []
    cluster["num_workers"] = 2
    assert compare(old, wanted) == [Change("job_clusters[k].new_cluster.num_workers", 2, 1)]


def test_lists_of_plain_values_are_compared_whole() -> None:
    task = {"task_key": "a", "python_wheel_task": {"parameters": ["x", "y"]}}
    other = {"task_key": "a", "python_wheel_task": {"parameters": ["y", "x"]}}
    assert compare({"tasks": [task]}, {"tasks": [other]}) == [
        Change("tasks[a].python_wheel_task.parameters", ["x", "y"], ["y", "x"])
    ]
