"""Carrying a job run: its tasks in their order, and what becomes of the whole."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.jobs.outcome import Outcome
from brickyard.workspace.jobs.records import ACTIVE, Row, RunRecords
from brickyard.workspace.jobs.references import resolve
from brickyard.workspace.jobs.surroundings import Surroundings
from brickyard.workspace.jobs.task_run import EndChildren, TaskRun, no_children
from brickyard.workspace.store import now_ms

_CANCELED = Outcome("TERMINATED", "CANCELED", "USER_CANCELED", "Run cancelled.")


class JobRun:
    """One job run.

    Args:
        row: The run as it was created.
        around: What every run needs.
        records: Where its progress is kept.
        end_children: Ends the runs that a task's notebook has started.
        secrets: What is hidden in the tasks' output from the start: what the caller knows.

    Attributes:
        caller_id: The task run whose notebook has started this run, if one has.
    """

    def __init__(
        self,
        row: Row,
        around: Surroundings,
        records: RunRecords,
        end_children: EndChildren = no_children,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self._secrets = secrets
        self.run_id: int = row["run_id"]
        self.job_id: int | None = row["job_id"]
        self.caller_id: int | None = row["caller_id"]
        self._end_children = end_children
        self._row = row
        self._around = around
        self._records = records
        self._running: dict[str, TaskRun] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._stopping: Outcome | None = None

    async def carry(self) -> None:
        """Run the tasks, each when what it depends on has succeeded, and keep the end."""
        timeout = self._row["settings"].get("timeout_seconds") or None
        watchdog = asyncio.create_task(self._time_out(timeout)) if timeout else None
        self._records.change(self.run_id, life_cycle="RUNNING", started_ms=now_ms())
        tasks = {row["task_key"]: row for row in self._records.tasks(self.run_id)}
        active: dict[asyncio.Task[Outcome], str] = {}
        try:
            await self._carry_tasks(tasks, active)
        finally:
            if watchdog is not None:
                watchdog.cancel()
            for task in active:  # only when the workspace is stopping
                task.cancel()
            await asyncio.gather(*active, return_exceptions=True)
        self._keep()

    async def _carry_tasks(
        self, waiting: dict[str, Row], active: dict[asyncio.Task[Outcome], str]
    ) -> None:
        while waiting or active:
            for key in [key for key, row in waiting.items() if self._is_free(row)]:
                active[asyncio.create_task(self._carry_task(waiting.pop(key)))] = key
            done, _ = await asyncio.wait(active, return_when=asyncio.FIRST_COMPLETED)
            for finished in done:
                self._outcomes[active.pop(finished)] = finished.result()

    async def cancel(self) -> None:
        """End the run on a user's word."""
        await self.stop(_CANCELED)

    async def end_on_cluster(self, cluster_id: str) -> None:
        """End the tasks that run on a cluster which is being stopped."""
        message = f"Cluster {cluster_id} was terminated while the task ran."
        outcome = Outcome("INTERNAL_ERROR", "FAILED", "CLUSTER_ERROR", message, message)
        tasks = [task for task in self._running.values() if task.cluster_id == cluster_id]
        await asyncio.gather(*[task.stop(outcome) for task in tasks])

    async def stop(self, outcome: Outcome) -> None:
        """End the run early.

        Args:
            outcome: What it ends as.
        """
        if self._stopping is None:
            self._stopping = outcome
            self._records.note_ending(self.run_id)
            await asyncio.gather(*[task.stop(outcome) for task in self._running.values()])

    async def _time_out(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        message = f"Run timed out after {seconds:g} seconds."
        await self.stop(Outcome("TERMINATED", "TIMEDOUT", "CANCELED", message, message))

    def _is_free(self, row: Row) -> bool:
        return all(key in self._outcomes for key in _needs(row))

    async def _carry_task(self, row: Row) -> Outcome:
        refusal = self._stopping or self._upstream_failure(row)
        if refusal is not None:
            return self._end(row, refusal)
        try:
            widgets = self._widgets(row)
        except ApiError as error:
            text = error.message
            code = "INVALID_RUN_CONFIGURATION"
            refused = Outcome("INTERNAL_ERROR", "FAILED", code, text, text)
            return self._end(row, refused)
        task = TaskRun(row, widgets, self._around, self._records, self._end_children, self._secrets)
        self._running[row["task_key"]] = task
        try:
            return await task.carry()
        finally:
            del self._running[row["task_key"]]

    def _end(self, row: Row, outcome: Outcome) -> Outcome:
        """Keep the end of a task that never began."""
        self._records.change(
            row["run_id"],
            life_cycle=outcome.life_cycle,
            result=outcome.result,
            termination_code=outcome.code,
            message=outcome.message,
            error=outcome.error,
            ended_ms=now_ms(),
        )
        return outcome

    def _upstream_failure(self, row: Row) -> Outcome | None:
        failed = [key for key in _needs(row) if self._outcomes[key].result != "SUCCESS"]
        if not failed:
            return None
        cancelled = all(
            self._outcomes[key].result in ("CANCELED", "UPSTREAM_CANCELED") for key in failed
        )
        result = "UPSTREAM_CANCELED" if cancelled else "UPSTREAM_FAILED"
        message = f"Task {failed[0]} did not succeed."
        return Outcome("TERMINATED", result, result, message)

    def _widgets(self, row: Row) -> dict[str, str]:
        """A notebook's parameters: the task's own, then the call's, then the job's."""
        given = self._row["parameters"]
        jobs_own = {item["name"]: item["value"] for item in given.get("job_parameters") or []}
        # A job parameter may itself refer to something; tasks refer to what it then is.
        jobs_own = resolve(jobs_own, self._references(row, jobs_own))
        references = self._references(row, jobs_own)
        base = row["settings"]["notebook_task"].get("base_parameters") or {}
        override = (given.get("overriding_parameters") or {}).get("notebook_params") or {}
        merged = {**resolve(base, references), **override, **jobs_own}
        return {name: "" if value is None else str(value) for name, value in merged.items()}

    def _references(self, row: Row, parameters: dict[str, str]) -> dict[str, str]:
        begun = datetime.fromtimestamp(self._row["created_ms"] / 1000, UTC)
        values: dict[str, Any] = {
            "job.id": self.job_id or 0,
            "job.name": self._row["name"],
            "job.run_id": self.run_id,
            "job.repair_count": 0,
            "job.start_time.iso_date": begun.date().isoformat(),
            "job.start_time.iso_datetime": begun.replace(tzinfo=None).isoformat(),
            "job.start_time.timestamp_ms": self._row["created_ms"],
            "job.start_time.is_weekday": str(begun.weekday() < 5).lower(),
            "job.trigger.type": "onetime",
            "task.name": row["task_key"],
            "task.run_id": row["run_id"],
            "task.execution_count": 1,
            "task.notebook_path": row["settings"]["notebook_task"]["notebook_path"],
        }
        for part in ("year", "month", "day", "hour", "minute", "second"):
            values[f"job.start_time.{part}"] = getattr(begun, part)
        legacy = {
            "job_id": "job.id",
            "run_id": "task.run_id",
            "parent_run_id": "job.run_id",
            "task_key": "task.name",
            "start_date": "job.start_time.iso_date",
            "start_time": "job.start_time.timestamp_ms",
        }
        values |= {name: values[new] for name, new in legacy.items()}
        values["task_retry_count"] = row["attempt"]
        values |= {f"job.parameters.{name}": value for name, value in parameters.items()}
        values |= self._of_other_tasks()
        return {name: str(value) for name, value in values.items()}

    def _of_other_tasks(self) -> dict[str, str]:
        """What a task may ask of those that have run before it."""
        values = {}
        for key, end in self._outcomes.items():
            code = "" if end.result == "SUCCESS" else end.code
            values[f"tasks.{key}.result_state"] = end.result.lower()
            values[f"tasks.{key}.error_code"] = code
            values[f"tasks.{key}.execution_count"] = "1"
        for task in self._records.tasks(self.run_id):
            values[f"tasks.{task['task_key']}.run_id"] = str(task["run_id"])
        for row in self._records.task_values(self.run_id):
            value = json.loads(row["value"])
            text = value if isinstance(value, str) else row["value"]
            values[f"tasks.{row['task_key']}.values.{row['key']}"] = text
        return values

    def _keep(self) -> None:
        outcome = self._stopping or _whole(self._outcomes)
        self._records.change(
            self.run_id,
            life_cycle=outcome.life_cycle,
            result=outcome.result,
            termination_code=outcome.code,
            message=outcome.message,
            ended_ms=now_ms(),
        )


def is_active(row: Row) -> bool:
    """Whether a run is not at its end."""
    return row["life_cycle"] in ACTIVE


def _needs(row: Row) -> list[str]:
    return [item["task_key"] for item in row["settings"].get("depends_on") or []]


def _whole(outcomes: dict[str, Outcome]) -> Outcome:
    """A job run's end, as recorded on real workspaces: a failed one is an INTERNAL_ERROR."""
    failed = {key: end for key, end in outcomes.items() if end.result == "FAILED"}
    timed_out = {key: end for key, end in outcomes.items() if end.result == "TIMEDOUT"}
    for key, end in {**failed, **timed_out}.items():
        message = f"Task {key} failed with message: {end.message}"
        if end.message and not end.message.endswith("."):
            message += "."
        code = end.code if end.code != "CANCELED" else "RUN_EXECUTION_ERROR"
        return Outcome("INTERNAL_ERROR", "FAILED", code, message)
    return Outcome("TERMINATED", "SUCCESS", "SUCCESS")
