"""Carrying one task run from its start to its end."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from brickyard.errors import BrickyardError
from brickyard.runtime.protocol import Event, Identity, RunSpec
from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.compute.environments import Environment
from brickyard.workspace.compute.memory import limit_of
from brickyard.workspace.compute.processes import ProcessPool
from brickyard.workspace.compute.run_process import RunProcess
from brickyard.workspace.compute.spark_conf import run_conf
from brickyard.workspace.jobs.identity import identity_of
from brickyard.workspace.jobs.outcome import (
    Outcome,
    outcome_of_death,
    outcome_of_end,
    outcome_of_refusal,
)
from brickyard.workspace.jobs.outputs import OutputLog
from brickyard.workspace.jobs.records import Row, RunRecords
from brickyard.workspace.jobs.surroundings import Surroundings
from brickyard.workspace.store import now_ms

log = logging.getLogger(__name__)

# How long a notebook may take to wind up after KeyboardInterrupt, before it is killed.
_INTERRUPT_GRACE_SECONDS = 5.0
# A process that dies before it was told what to run costs nothing but another one.
_STARTS = 3


EndChildren = Callable[[int], Awaitable[None]]


async def no_children(caller_id: int) -> None:
    """End nothing: for runs whose notebooks start none."""
    del caller_id


class TaskRun:
    """One task run.

    Args:
        row: The run as it was created.
        widgets: Its parameters.
        around: What every run needs.
        records: Where its progress is kept.
        end_children: Ends the runs that the notebook has started.
        secrets: What is hidden in its output from the start.

    Attributes:
        cluster_id: The cluster it runs on, if it names one.
    """

    def __init__(
        self,
        row: Row,
        widgets: dict[str, str],
        around: Surroundings,
        records: RunRecords,
        end_children: EndChildren = no_children,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self._end_children = end_children
        self._secrets = secrets
        self._run_id: int = row["run_id"]
        self._row = row
        self._task: dict[str, Any] = row["settings"]
        self.cluster_id: str | None = row["settings"].get("existing_cluster_id")
        self._widgets = widgets
        self._around = around
        self._records = records
        self._outputs = OutputLog(records, row["run_id"])
        self._process: RunProcess | None = None
        self._preparing: asyncio.Task[Environment] | None = None
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
            outcome = outcome_of_refusal(refusal)
        except Exception as exc:
            # The boundary of a run: nothing may leave it RUNNING.
            log.exception("Run %d broke", self._run_id)
            outcome = Outcome("INTERNAL_ERROR", "FAILED", "INTERNAL_ERROR", str(exc), str(exc))
        finally:
            if watchdog is not None:
                watchdog.cancel()
        await self._end_children(self._run_id)
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
        if self._preparing is not None:
            self._preparing.cancel()
        # At the same time: a notebook that waits for its children winds up when they have ended.
        await asyncio.gather(self._end_children(self._run_id), self._end_process())

    async def _end_process(self) -> None:
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
        cluster: Mapping[str, Any] = {}
        if self.cluster_id:
            cluster = await self._ready_cluster(self.cluster_id)
        path = self._task["notebook_task"]["notebook_path"]
        notebook, _file = self._around.notebooks.read_notebook(path)
        self._records.add_cells(self._run_id, notebook)
        environment = await self._ready_environment()
        if isinstance(environment, Outcome):
            return environment
        if self._stopping is not None:
            return self._stopping
        started = now_ms()
        self._records.change(
            self._run_id,
            life_cycle="RUNNING",
            started_ms=started,
            setup_ms=started - begun,
            message="",
        )
        owner = str(self._run_id)
        identity = identity_of(self._row, self._records, self._around.workspace_id, cluster)
        token = self._around.tokens.issue_run_token(owner)
        spec = RunSpec(
            run_id=self._run_id,
            notebook_path=path,
            notebook=notebook,
            widgets=self._widgets,
            folder=str(self._around.runs_folder / owner),
            folders=self._around.folders,
            environment={
                **(cluster.get("spark_env_vars") or {}),
                **self._environment(token, path, identity),
            },
            identity=identity,
            secrets=self._secrets,
            mounts=self._around.mounts(),
            spark_conf=run_conf(cluster, self._around.host, self._around.workspace_id),
        )
        limit = limit_of(cluster) or self._around.run_memory
        try:
            async with self._around.pools.lease(environment) as pool:
                return await self._run_processes(spec, pool, limit)
        finally:
            self._around.tokens.revoke_run_token(owner)

    async def _ready_environment(self) -> Environment | Outcome:
        """What the run finds installed, or its end when it is stopped while that is made."""
        libraries = self._task.get("libraries") or []
        if libraries:
            self._records.change(self._run_id, message="Installing libraries")
        self._preparing = asyncio.create_task(
            self._around.libraries.environment(self.cluster_id, libraries)
        )
        try:
            return await self._preparing
        except asyncio.CancelledError:
            if self._stopping is None:
                raise
            return self._stopping
        finally:
            self._preparing = None

    async def _ready_cluster(self, cluster_id: str) -> Mapping[str, Any]:
        try:
            return await self._around.clusters.ensure_running(cluster_id)
        except ApiError as refusal:
            raise ApiError(refusal.status, "CLUSTER_ERROR", refusal.message) from refusal

    async def _run_processes(self, spec: RunSpec, pool: ProcessPool, limit: int | None) -> Outcome:
        """Run one process after another: each restartPython asks for a new one."""
        starts = 0
        while True:
            process = await pool.launch(spec, limit)
            self._process = process
            if self._stopping is not None:
                process.hang_up()  # the stop came while the process was being handed out
            try:
                last = await self._follow(process)
            except BaseException:
                # The workspace is stopping, or an event was not one of ours.
                process.kill()
                pool.retire(process, Path(spec.folder))
                raise
            starts = 0 if process.pid else starts + 1
            if self._stopping is None and 0 < starts < _STARTS:
                pool.retire(process)
            elif last.get("event") == "restart" and self._stopping is None:
                pool.retire(process)
                spec = replace(
                    spec,
                    first_cell=last["next_cell"],
                    inside=tuple(last["inside"]),
                    widgets=last["widgets"],
                    secrets=tuple(last["secrets"]),
                    output_used=last["output_used"],
                )
            elif last.get("event") == "end" and self._stopping is None:
                # What the notebook had to say is kept: its process may end in its own time.
                pool.retire(process, Path(spec.folder))
                return outcome_of_end(last)
            else:
                ended = await pool.finish(process, Path(spec.folder))
                return self._stopping or outcome_of_death(ended)

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
        else:
            self._outputs.take(event)

    def _environment(self, token: str, path: str, identity: Identity) -> dict[str, str]:
        return {
            # By it libraries know that they are on the platform.
            "DATABRICKS_RUNTIME_VERSION": identity.runtime_version,
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
