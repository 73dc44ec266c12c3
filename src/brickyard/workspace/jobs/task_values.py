"""``/api/2.0/brickyard/task-values``: what ``dbutils.jobs.taskValues`` asks of the workspace.

Ours, not the platform's, which has no public call for it. Limits: docs on task values.
"""

from __future__ import annotations

import json

from brickyard.errors import did_you_mean
from brickyard.workspace.api.auth import Gate
from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import invalid, missing
from brickyard.workspace.api.routing import Operation, Reply
from brickyard.workspace.jobs.records import Row, RunRecords

_MAX_BYTES = 48 * 1024
_MAX_VALUES = 250


class TaskValuesService:
    """Answers running notebooks that leave values for each other.

    Args:
        gate: Knows whose token a request has brought.
        runs: The runs, and their values.
    """

    def __init__(self, gate: Gate, runs: RunRecords) -> None:
        self._gate = gate
        self._runs = runs

    def operations(self) -> list[Operation]:
        """The calls it answers."""
        return [
            Operation("POST", "/brickyard/task-values/set", self.set),
            Operation("GET", "/brickyard/task-values/get", self.get),
        ]

    async def set(self, call: Call) -> Reply:
        """Keep a value of the caller's task."""
        task = self._task(call)
        key, value = call.text("key"), call.text("value")
        try:
            json.loads(value)  # what is kept can be read again
        except (ValueError, RecursionError) as exc:
            raise invalid(f"The task value {key!r} is not JSON: {exc}") from exc
        size = len(value.encode())
        if size > _MAX_BYTES:
            raise invalid(
                f"The task value {key!r} has {size} bytes of JSON: at most {_MAX_BYTES} may be."
            )
        where = (task["parent_id"], task["task_key"])
        if not self._runs.set_task_value(*where, key, value, _MAX_VALUES):
            raise invalid(
                f"The job run has {_MAX_VALUES} task values already: no more are allowed."
            )
        return {}

    async def get(self, call: Call) -> Reply:
        """A value of any task of the caller's job run."""
        run_id = self._task(call)["parent_id"]
        task_key, key = call.text("task_key"), call.text("key")
        tasks = [row["task_key"] for row in self._runs.tasks(run_id)]
        if task_key not in tasks:
            near = did_you_mean(task_key, tasks)
            raise missing(f"Task key does not exist in run: {task_key}. {near}".rstrip())
        values = {
            row["key"]: row["value"]
            for row in self._runs.task_values(run_id)
            if row["task_key"] == task_key
        }
        if key not in values:
            near = did_you_mean(key, values)
            raise missing(f"Task {task_key!r} has set no task value {key!r}. {near}".rstrip())
        return {"value": values[key]}

    def _task(self, call: Call) -> Row:
        return self._runs.get(int(self._gate.owner_of(call.request)))
