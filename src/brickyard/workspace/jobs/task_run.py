"""Carrying one task run from its start to its end."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from brickyard.errors import BrickyardError
from brickyard.notebook import Notebook
from brickyard.runtime.protocol import Event, Folders, RunSpec
from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.compute.processes import ProcessPool, RunProcess
from brickyard.workspace.jobs.records import Row, RunRecords
from brickyard.workspace.store import now_ms

log = logging.getLogger(__name__)

# How long a notebook may take to wind up after KeyboardInterrupt, before it is killed.
_INTERRUPT_GRACE_SECONDS = 5.0


@dataclass(frozen=True)
class Outcome:
    """How a task run ended, in the platform's words.

    Attributes:
        life_cycle: TERMINATED, SKIPPED or INTERNAL_ERROR.
        result: SUCCESS, FAILED, TIMEDOUT, CANCELED, UPSTREAM_FAILED, UPSTREAM_CANCELED.
        code: Termination code.
        message: For people.
        error: Last line of the traceback.
        error_trace: The traceback.
        exit_value: What the notebook exited with.
    """

    life_cycle: str
    result: str
    code: str
    message: str = ""
    error: str | None = None
    error_trace: str | None = None
    exit_value: str | None = None


class Notebooks(Protocol):
    """Where notebooks are read from."""

    def read_notebook(self, path: str) -> tuple[Notebook, Path]:
        """The notebook at a workspace path; ApiError when there is none."""
        ...


class Clusters(Protocol):
    """What clusters are asked for."""

    async def ensure_running(self, cluster_id: str) -> dict[str, Any]:
        """Start a cluster where needed; ApiError when there is none."""
        ...


class Tokens(Protocol):
    """Tokens that live as long as a run's process."""

    def issue_run_token(self, owner: str) -> str:
        """Make one."""
        ...

    def revoke_run_token(self, owner: str) -> None:
        """End it."""
        ...


@dataclass(frozen=True)
class Surroundings:
    """What every run needs.

    Attributes:
        notebooks: Where notebooks are read from.
        clusters: The clusters.
        pool: The processes.
        tokens: Tokens for runs.
        folders: Roots of the platform's paths.
        runs_folder: Parent of the runs' own folders.
        host: The workspace's address, as processes reach it.
    """

    notebooks: Notebooks
    clusters: Clusters
    pool: ProcessPool
    tokens: Tokens
    folders: Folders
    runs_folder: Path
    host: str


class TaskRun:
    """One task run.

    Args:
        row: The run as it was created.
        widgets: Its parameters.
        around: What every run needs.
        records: Where its progress is kept.

    Attributes:
        cluster_id: The cluster it runs on, if it names one.
    """

    def __init__(
        self, row: Row, widgets: dict[str, str], around: Surroundings, records: RunRecords
    ) -> None:
        self._run_id: int = row["run_id"]
        self._row = row
        self._task: dict[str, Any] = row["settings"]
        self.cluster_id: str | None = row["settings"].get("existing_cluster_id")
        self._widgets = widgets
        self._around = around
        self._records = records
        self._process: RunProcess | None = None
        self._stopping: Outcome | None = None

    async def carry(self) -> Outcome:
        """Run the task and keep its end.

        Returns:
            How it ended; every failure is an outcome, none an exception.
        """
        timeout = self._task.get("timeout_seconds") or None
        watchdog = asyncio.create_task(self._time_out(timeout)) if timeout else None
        try:
            outcome = await self._attempt()
        except BrickyardError as refusal:
            outcome = _refused(refusal)
        except Exception as exc:
            # The boundary of a run: nothing may leave it RUNNING.
            log.exception("Run %d broke", self._run_id)
            outcome = Outcome("INTERNAL_ERROR", "FAILED", "INTERNAL_ERROR", str(exc), str(exc))
        finally:
            if watchdog is not None:
                watchdog.cancel()
        try:
            self._keep(outcome)
        except Exception as exc:
            # The boundary once more: an end that cannot be stored as it is, is stored without it.
            log.exception("Run %d has an end that cannot be kept", self._run_id)
            text = f"The end of the run could not be stored: {type(exc).__name__}."
            outcome = Outcome("INTERNAL_ERROR", "FAILED", "INTERNAL_ERROR", text, text)
            self._keep(outcome)
        return outcome

    async def stop(self, outcome: Outcome) -> None:
        """End the run early: interrupt the notebook, and kill it when it does not wind up.

        Args:
            outcome: What the run ends as.
        """
        if self._stopping is not None:
            return
        self._stopping = outcome
        self._records.note_ending(self._run_id)
        process = self._process
        if process is not None and not process.pid:
            process.hang_up()  # nobody is there yet to be interrupted
        elif process is not None:
            process.interrupt()
            try:
                await asyncio.wait_for(process.ended.wait(), _INTERRUPT_GRACE_SECONDS)
            except TimeoutError:
                process.kill()

    async def _time_out(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        message = f"Run timed out after {seconds:g} seconds."
        await self.stop(Outcome("TERMINATED", "TIMEDOUT", "CANCELED", message, message))

    async def _attempt(self) -> Outcome:
        begun = now_ms()
        if self.cluster_id:
            await self._ready_cluster(self.cluster_id)
        path = self._task["notebook_task"]["notebook_path"]
        notebook, _file = self._around.notebooks.read_notebook(path)
        self._records.add_cells(self._run_id, notebook)
        if self._stopping is not None:
            return self._stopping
        started = now_ms()
        self._records.change(
            self._run_id,
            life_cycle="RUNNING",
            started_ms=started,
            setup_ms=started - begun,
        )
        owner = str(self._run_id)
        spec = RunSpec(
            run_id=self._run_id,
            notebook_path=path,
            notebook=notebook,
            widgets=self._widgets,
            folder=str(self._around.runs_folder / owner),
            folders=self._around.folders,
            environment=self._environment(self._around.tokens.issue_run_token(owner), path),
        )
        try:
            return await self._run_processes(spec)
        finally:
            self._around.tokens.revoke_run_token(owner)

    async def _ready_cluster(self, cluster_id: str) -> None:
        try:
            await self._around.clusters.ensure_running(cluster_id)
        except ApiError as refusal:
            raise ApiError(refusal.status, "CLUSTER_ERROR", refusal.message) from refusal

    async def _run_processes(self, spec: RunSpec) -> Outcome:
        """Run one process after another: each restartPython asks for a new one."""
        cold = False
        while True:
            process = await self._around.pool.launch(spec, cold=cold)
            self._process = process
            if self._stopping is not None:
                process.hang_up()  # the stop came while the process was being handed out
            try:
                last = await self._follow(process)
            except BaseException:
                # The workspace is stopping, or an event was not one of ours.
                process.kill()
                self._around.pool.retire(process, Path(spec.folder))
                raise
            if last.get("event") == "restart" and self._stopping is None:
                self._around.pool.retire(process)
            elif last.get("event") == "end" and self._stopping is None:
                # What the notebook had to say is kept: its process may end in its own time.
                self._around.pool.retire(process, Path(spec.folder))
                return _outcome(last)
            else:
                status = await self._around.pool.finish(process, Path(spec.folder))
                return self._stopping or _died(status)
            cold = last["cold"]
            spec = replace(
                spec,
                first_cell=last["next_cell"],
                widgets=last["widgets"],
                secrets=tuple(last["secrets"]),
            )

    async def _follow(self, process: RunProcess) -> Event:
        """Keep what a process says; returns its last word, which may be none."""
        try:
            async for event in process.events():
                if event["event"] in ("end", "restart"):
                    return event
                self._take(event)
        finally:
            self._process = None
        return {}

    def _take(self, event: Event) -> None:
        kind = event["event"]
        if kind == "cell":
            self._records.change_cell(
                self._run_id, event["position"], event["state"], event["time_ms"]
            )
        elif kind == "output":
            self._records.add_output(
                self._run_id, event["position"], event["kind"], event["content"]
            )
        elif kind == "hello" and self._stopping is not None and self._process is not None:
            self._process.kill()  # the stop came before there was anyone to interrupt

    def _environment(self, token: str, path: str) -> dict[str, str]:
        return {
            "DATABRICKS_HOST": self._around.host,
            "DATABRICKS_TOKEN": token,
            "DATABRICKS_AUTH_TYPE": "pat",
            "DATABRICKS_CONFIG_FILE": os.devnull,  # the user's own profiles are not the run's
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_TRACKING_URI": "databricks",
            "MLFLOW_REGISTRY_URI": "databricks-uc",
            # As on the platform, a notebook that names no experiment logs to its own.
            "MLFLOW_EXPERIMENT_NAME": path,
            "MLFLOW_RUN_CONTEXT": json.dumps(self._lineage(path)),
        }

    def _lineage(self, path: str) -> dict[str, str]:
        """The tags by which MLflow says where a run came from, as on the platform."""
        tags = {
            "mlflow.user": self._row["creator"],
            "mlflow.databricks.notebookPath": path,
            "mlflow.databricks.workspaceURL": self._around.host,
        }
        job_id, run_id = self._row["job_id"], self._row["parent_id"]
        if job_id is None:
            return tags | {"mlflow.source.name": path, "mlflow.source.type": "NOTEBOOK"}
        return tags | {
            "mlflow.source.name": f"jobs/{job_id}/run/{run_id}",
            "mlflow.source.type": "JOB",
            "mlflow.databricks.jobID": str(job_id),
            "mlflow.databricks.jobRunID": str(run_id),
        }

    def _keep(self, outcome: Outcome) -> None:
        ended = now_ms()
        row = self._records.get(self._run_id)
        self._records.finish_cells(self._run_id)
        self._records.change(
            self._run_id,
            life_cycle=outcome.life_cycle,
            result=outcome.result,
            termination_code=outcome.code,
            message=outcome.message,
            error=outcome.error,
            error_trace=outcome.error_trace,
            exit_value=outcome.exit_value,
            ended_ms=ended,
            execution_ms=ended - (row["started_ms"] or ended),
        )


def _refused(refusal: BrickyardError) -> Outcome:
    code = "RESOURCE_NOT_FOUND"
    if isinstance(refusal, ApiError):
        code = "CLUSTER_ERROR" if refusal.code == "CLUSTER_ERROR" else "INVALID_RUN_CONFIGURATION"
    return Outcome("INTERNAL_ERROR", "FAILED", code, str(refusal), str(refusal))


def _outcome(last: Event) -> Outcome:
    """Read the end from a notebook's last word."""
    if last["result"] == "SUCCESS":
        return Outcome("TERMINATED", "SUCCESS", "SUCCESS", exit_value=last.get("exit_value"))
    return Outcome(
        "TERMINATED",
        "FAILED",
        "RUN_EXECUTION_ERROR",
        "Workload failed, see run output for details.",
        last["error"],
        last["error_trace"],
    )


def _died(status: int | None) -> Outcome:
    how = "in a way that is not known, or did not start,"
    if status is not None:
        how = f"by signal {-status}" if status < 0 else f"with exit status {status}"
    hint = " (out of memory, or killed by hand)" if status == -9 else ""
    message = f"The notebook's Python process ended {how}{hint} before the notebook did."
    return Outcome("TERMINATED", "FAILED", "DRIVER_ERROR", message, message)
