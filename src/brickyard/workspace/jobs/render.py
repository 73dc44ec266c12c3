"""Rows as the Jobs API shows them.

Source: databricks-sdk ``service/jobs.py`` (``Run``, ``RunTask``, ``RunState``, ``RunStatus``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brickyard.runtime.protocol import EXIT_VALUE_LIMIT
from brickyard.workspace.jobs.records import ACTIVE, Row

Json = dict[str, Any]

_STATUS = {
    "PENDING": "PENDING",
    "QUEUED": "QUEUED",
    "BLOCKED": "BLOCKED",
    "RUNNING": "RUNNING",
    "TERMINATING": "TERMINATING",
}
_CODE_TYPE = {
    "SUCCESS": "SUCCESS",
    "SUCCESS_WITH_FAILURES": "SUCCESS",
    "INTERNAL_ERROR": "INTERNAL_ERROR",
    "DRIVER_ERROR": "INTERNAL_ERROR",
}


class Renderer:
    """Makes API objects.

    Args:
        host: The workspace's address.
        workspace_id: Its number.
    """

    def __init__(self, host: str, workspace_id: int) -> None:
        self._host = host
        self._workspace_id = workspace_id

    def job(self, row: Row, *, with_tasks: bool = True) -> Json:
        """A job; lists leave its tasks out unless asked."""
        settings = dict(row["settings"])
        if not with_tasks:
            settings.pop("tasks", None)
        return {
            "job_id": row["job_id"],
            "creator_user_name": row["creator"],
            "run_as_user_name": row["creator"],
            "created_time": row["created_ms"],
            "settings": settings,
        }

    def run(self, row: Row, tasks: Sequence[Row]) -> Json:
        """A job run with its tasks; ``tasks`` is empty where they are not wanted."""
        found = {
            **self._common(row),
            "number_in_job": row["run_id"],  # which is what it is on the platform
            "format": row["settings"]["format"],
            "trigger": "ONE_TIME",
            "schedule": row["settings"].get("schedule"),
            "job_parameters": row["parameters"].get("job_parameters"),
            "overriding_parameters": row["parameters"].get("overriding_parameters"),
            # A job run of several tasks has no phases of its own, only a length.
            "setup_duration": 0,
            "execution_duration": 0,
            "run_duration": _length(row["created_ms"], row["ended_ms"]),
        }
        if tasks:
            found["tasks"] = [self.task(task) for task in tasks]
        return {name: value for name, value in found.items() if value is not None}

    def task(self, row: Row) -> Json:
        """A task run."""
        task = row["settings"]
        cluster = task.get("existing_cluster_id")
        found = {
            **self._common(row),
            **{
                name: task.get(name)
                for name in ("task_key", "description", "depends_on", "run_if", "notebook_task")
            },
            "existing_cluster_id": cluster,
            "cluster_instance": {"cluster_id": cluster, "spark_context_id": "1"}
            if cluster
            else None,
            "attempt_number": row["attempt"],
            "setup_duration": row["setup_ms"] or 0,
            "execution_duration": row["execution_ms"] or 0,
        }
        return {name: value for name, value in found.items() if value is not None}

    def output(self, row: Row) -> Json:
        """What ``runs/get-output`` says of a task run."""
        notebook: Json = {}
        if row["exit_value"] is not None:
            value = row["exit_value"].encode()
            notebook = {
                "result": value[:EXIT_VALUE_LIMIT].decode("utf-8", "ignore"),
                "truncated": len(value) > EXIT_VALUE_LIMIT,
            }
        found = {
            "metadata": self._metadata(row),
            "notebook_output": notebook,
            "error": row["error"],
            "error_trace": row["error_trace"],
        }
        return {name: value for name, value in found.items() if value is not None}

    def page_url(self, row: Row) -> str:
        """The page of a run."""
        return f"{self._host}/jobs/{row['job_id'] or 0}/runs/{row['run_id']}?o={self._workspace_id}"

    def _metadata(self, row: Row) -> Json:
        """A task run as a run of its own, as legacy clients read it."""
        task = self.task(row)
        task["task"] = {"notebook_task": row["settings"]["notebook_task"]}
        return task

    def _common(self, row: Row) -> Json:
        return {
            "job_id": row["job_id"] or 0,
            "run_id": row["run_id"],
            "job_run_id": row["parent_id"] or row["run_id"],
            # Of a task run, its job run; of what a notebook has started, the notebook's task run.
            "parent_run_id": row["parent_id"] or row["caller_id"],
            "original_attempt_run_id": row["run_id"],
            "run_name": row["name"],
            "run_type": row["run_type"],
            "creator_user_name": row["creator"],
            "run_page_url": self.page_url(row),
            "start_time": row["started_ms"] or row["created_ms"],
            "end_time": row["ended_ms"] or 0,
            "cleanup_duration": 0,
            "state": _state(row),
            "status": _status(row),
        }


def _state(row: Row) -> Json:
    state = {
        "life_cycle_state": row["life_cycle"],
        "result_state": row["result"],
        "state_message": row["message"],
        "user_cancelled_or_timedout": row["result"] in ("CANCELED", "TIMEDOUT"),
    }
    return {name: value for name, value in state.items() if value is not None}


def _status(row: Row) -> Json:
    if row["life_cycle"] in ACTIVE:
        return {"state": _STATUS[row["life_cycle"]]}
    code = row["termination_code"] or "INTERNAL_ERROR"
    details = {
        "code": code,
        "type": _CODE_TYPE.get(code, "CLIENT_ERROR"),
        "message": row["message"],
    }
    return {"state": "TERMINATED", "termination_details": details}


def _length(start: int | None, end: int | None) -> int:
    return end - start if start and end else 0
