from __future__ import annotations

import pytest

from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.jobs.updates import updated_settings

OLD = {
    "name": "j",
    "tags": {"a": "1"},
    "tasks": [{"task_key": "t1", "x": 1}, {"task_key": "t2", "x": 2}],
}


def test_fields_are_replaced_and_tasks_merged_by_key() -> None:
    new = {"tags": {"b": "2"}, "tasks": [{"task_key": "t2", "x": 3}, {"task_key": "t3"}]}

    assert updated_settings(OLD, new, []) == {
        "name": "j",
        "tags": {"b": "2"},
        "tasks": [{"task_key": "t1", "x": 1}, {"task_key": "t2", "x": 3}, {"task_key": "t3"}],
    }


def test_fields_and_single_tasks_are_removed() -> None:
    assert updated_settings(OLD, {}, ["tags", "tasks/t1"]) == {
        "name": "j",
        "tasks": [{"task_key": "t2", "x": 2}],
    }


def test_what_has_no_key_cannot_be_removed_by_one() -> None:
    with pytest.raises(ApiError, match="tags/a"):
        updated_settings(OLD, {}, ["tags/a"])


def test_the_old_settings_are_not_changed() -> None:
    before = {**OLD}
    updated_settings(OLD, {"name": "k"}, ["tasks/t1"])

    assert before == OLD
