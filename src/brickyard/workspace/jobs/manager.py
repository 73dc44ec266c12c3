"""Starting, cancelling and reconciling runs; who calls it knows nothing of processes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

from brickyard.workspace.api.errors import invalid
from brickyard.workspace.jobs.job_run import JobRun, is_active
from brickyard.workspace.jobs.outcome import Outcome
from brickyard.workspace.jobs.records import JobRecords, Row, RunRecords
from brickyard.workspace.jobs.settings import submit_settings
from brickyard.workspace.jobs.surroundings import Surroundings
from brickyard.workspace.store import now_ms

log = logging.getLogger(__name__)

Json = dict[str, Any]

_STOPPED = "The local workspace stopped while the run was active."


class RunManager:
    """Every active run of the workspace.

    Args:
        jobs: The jobs.
        runs: The runs.
        around: What every run needs.
    """

    def __init__(self, jobs: JobRecords, runs: RunRecords, around: Surroundings) -> None:
        self._jobs = jobs
        self._runs = runs
        self._around = around
        self._active: dict[int, tuple[JobRun, asyncio.Task[None]]] = {}
        self._cancelling: set[asyncio.Task[None]] = set()
        self._goodbye = asyncio.Event()

    def reconcile(self) -> None:
        """End the runs that a former server left active: their processes died with it."""
        for run_id in self._runs.end_orphans(_STOPPED):
            log.warning("Run %d was active when the workspace stopped; it is ended.", run_id)

    async def stop(self) -> None:
        """End all that is active, as the workspace is about to stop."""
        tasks = [task for _, task in self._active.values()]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self.reconcile()

    def run_job(self, job: Row, user: str, parameters: Json, token: str | None) -> int:
        """Start a run of a job.

        Args:
            job: The job.
            user: Who started it.
            parameters: ``job_parameters`` and ``overriding_parameters``, as the run shows them.
            token: Idempotency token.

        Returns:
            The run's id.
        """
        settings = job["settings"]
        limit = settings["max_concurrent_runs"]
        run = _new_run("JOB_RUN", settings, user, parameters, token) | {"job_id": job["job_id"]}
        if self._runs.count_active(job["job_id"]) >= limit:
            run |= {
                "life_cycle": "SKIPPED",
                "result": "MAXIMUM_CONCURRENT_RUNS_REACHED",
                "termination_code": "MAX_CONCURRENT_RUNS_EXCEEDED",
                "message": f"{limit} runs of the job are active: max_concurrent_runs is {limit}.",
                "ended_ms": now_ms(),
            }
            return self._runs.create(run, [])[0]
        return self._start(run)

    def submit(self, settings: Json, user: str, token: str | None) -> int:
        """Start a one-time run; returns its id."""
        return self._start(_new_run("SUBMIT_RUN", settings, user, {}, token))

    def start_child(
        self,
        caller: Row,
        path: str,
        seconds: int,
        arguments: dict[str, str],
        secrets: tuple[str, ...] = (),
    ) -> int:
        """Start a notebook's run of another notebook.

        Args:
            caller: The task run of the notebook that asks.
            path: The notebook to run.
            seconds: How long it may take; 0 is no limit.
            arguments: Its parameters; no references in them are filled in.
            secrets: What the caller has read, and its arguments may hold; never stored.

        Returns:
            The id of the run, a job run of one task.
        """
        task = caller["settings"]
        # It runs where its caller runs, and finds the libraries that are installed there.
        inherited = {n: task[n] for n in ("existing_cluster_id", "libraries") if task.get(n)}
        settings = submit_settings(
            {
                "run_name": path,
                "timeout_seconds": seconds,
                "notebook_task": {"notebook_path": path},
                **inherited,
            }
        )
        parameters = {"overriding_parameters": {"notebook_params": arguments}} if arguments else {}
        run = _new_run("WORKFLOW_RUN", settings, caller["creator"], parameters, None)
        return self._start(run | {"caller_id": caller["run_id"]}, secrets)

    async def wait(self, run_id: int, seconds: float) -> None:
        """Wait for the end of a run, but no longer than so many seconds."""
        entry = self._active.get(run_id)
        if entry is None:
            return
        goodbye = asyncio.create_task(self._goodbye.wait())
        try:
            await asyncio.wait(
                [entry[1], goodbye], timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            goodbye.cancel()

    def say_goodbye(self) -> None:
        """Let go of those who wait, for whom the server would wait at its end."""
        self._goodbye.set()

    async def end_children(self, caller_id: int) -> None:
        """End what a task run's notebook has started, and wait until it has ended."""
        children = [entry for entry in self._active.values() if entry[0].caller_id == caller_id]
        if not children:
            return
        message = f"Run {caller_id}, which started this run, has ended."
        outcome = Outcome("TERMINATED", "CANCELED", "CANCELED", message, message)
        await asyncio.gather(*[run.stop(outcome) for run, _ in children])
        await asyncio.wait([task for _, task in children])

    def cancel(self, run_id: int) -> None:
        """Begin to end a run; one that has ended is left as it is.

        Raises:
            ApiError: There is no such run.
        """
        row = self._runs.get(run_id)
        if not is_active(row):
            return
        entry = self._active.get(row["parent_id"] or run_id)
        if entry is None:
            raise invalid(f"Run {run_id} is not carried by this workspace any more.")
        task = asyncio.create_task(entry[0].cancel())
        self._cancelling.add(task)
        task.add_done_callback(self._cancelling.discard)

    def cancel_all(self, job_id: int) -> None:
        """Begin to end every active run of a job."""
        for run_id, (run, _) in list(self._active.items()):
            if run.job_id == job_id:
                self.cancel(run_id)

    async def end_on_cluster(self, cluster_id: str) -> None:
        """End what runs on a cluster that is being stopped."""
        runs = [run for run, _ in self._active.values()]
        await asyncio.gather(*[run.end_on_cluster(cluster_id) for run in runs])

    def _start(self, run: Json, secrets: tuple[str, ...] = ()) -> int:
        tasks = [_new_task(run, task) for task in run["settings"]["tasks"]]
        run_id, _ = self._runs.create(run, tasks)
        row = self._runs.get(run_id)
        job_run = JobRun(row, self._around, self._runs, self.end_children, secrets)
        task = asyncio.create_task(self._carry(job_run), name=f"run-{run_id}")
        self._active[run_id] = (job_run, task)
        return run_id

    async def _carry(self, run: JobRun) -> None:
        try:
            await run.carry()
        except Exception as exc:
            # The boundary of a run: nothing may leave it RUNNING.
            log.exception("Run %d broke", run.run_id)
            self._runs.change(
                run.run_id,
                life_cycle="INTERNAL_ERROR",
                result="FAILED",
                termination_code="INTERNAL_ERROR",
                message=f"The local workspace failed to carry the run: {exc}",
                ended_ms=now_ms(),
            )
        finally:
            del self._active[run.run_id]


def _new_run(kind: str, settings: Json, user: str, parameters: Json, token: str | None) -> Json:
    return {
        "job_id": None,
        "run_type": kind,
        "name": settings["name"],
        "creator": user,
        "settings": settings,
        "parameters": parameters,
        "idempotency_token": token,
        "life_cycle": "PENDING",
        "number_in_job": now_ms(),
        "attempt": 0,
        "created_ms": now_ms(),
        "message": "",
    }


def _new_task(run: Json, task: Json) -> Json:
    return run | {
        "task_key": task["task_key"],
        "name": task["task_key"],
        "settings": task,
        "parameters": {},
        "caller_id": None,
        "idempotency_token": None,
        "life_cycle": "BLOCKED" if task.get("depends_on") else "PENDING",
    }
