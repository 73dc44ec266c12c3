"""Starting a job's run and following it to its end, as a stream of typed events."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from brickyard.delivery.errors import RunError
from brickyard.delivery.jobs import find_jobs
from brickyard.delivery.parameters import check_parameters
from brickyard.delivery.project import Project, Target

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.jobs import Run, RunTask

SUCCEEDED, FAILED, MISUSED, STOPPED = 0, 1, 2, 3

_FIRST_POLL_S = 0.02
_SLOWEST_POLL_S = 1.0
_BACK_OFF = 1.5
_ENDED = frozenset({"TERMINATED", "SKIPPED", "INTERNAL_ERROR"})
_GOOD = frozenset({"SUCCESS", "SUCCESS_WITH_FAILURES"})
_STOPPED = frozenset({"CANCELED", "TIMEDOUT", "UPSTREAM_CANCELED"})


@dataclass(frozen=True)
class TaskState:
    """One attempt of one task.

    Attributes:
        key: The task's key.
        run_id: The attempt's own run.
        attempt: From 0; a retry is a new attempt.
        state: The result once ended (``SUCCESS``, ``FAILED``, …), else the life cycle's state.
        ended: Whether it is over.
        message: What the workspace says about it.
        url: Its page.
        seconds: How long it has been running, or ran; None before its start.
        output: The notebook's exit value, once ended.
        error: The last line of the failure, once ended.
        trace: The whole traceback, once ended.
    """

    key: str
    run_id: int
    attempt: int
    state: str
    ended: bool
    message: str
    url: str
    seconds: float | None
    output: str | None = None
    error: str | None = None
    trace: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class RunState:
    """A run as a whole.

    Attributes:
        run_id: Its id.
        job_id: Its job.
        state: The result once ended, else the life cycle's state.
        ended: Whether it is over.
        message: What the workspace says about it.
        url: Its page.
        seconds: How long it has been running, or ran.
        tasks: Every attempt, in the workspace's order.
    """

    run_id: int
    job_id: int
    state: str
    ended: bool
    message: str
    url: str
    seconds: float | None
    tasks: tuple[TaskState, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 success, 1 failure, 3 cancelled, timed out or not over yet."""
        if not self.ended or self.state in _STOPPED:
            return STOPPED
        return SUCCEEDED if self.state in _GOOD else FAILED

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {**vars(self), "tasks": [task.as_dict() for task in self.tasks]}


@dataclass(frozen=True)
class StageLine:
    """Progress within a task, from a :class:`StageSource`.

    Attributes:
        task: The task's key.
        stage: The stage's or cell's name.
        state: ``running``, ``finished`` or ``failed``.
        seconds: How long it took; None while running.
        text: What it printed since the last line for it.
    """

    task: str
    stage: str
    state: str
    seconds: float | None = None
    text: str = ""


@dataclass(frozen=True)
class TaskChanged:
    """A task is in another state than when last looked at."""

    task: TaskState


@dataclass(frozen=True)
class RunChanged:
    """The run is in another state."""

    run: RunState


Event = TaskChanged | RunChanged | StageLine


class StageSource(Protocol):
    """Something that can say how far a running task has come."""

    def poll(self, task: TaskState) -> Iterable[StageLine]:
        """What is new since the last call for this task; never raises for want of news."""
        ...


def start_run(
    client: WorkspaceClient,
    project: Project,
    target: Target,
    job: str,
    parameters: Mapping[str, str],
    idempotency_token: str | None = None,
) -> int:
    """Start a run of a deployed job.

    Args:
        client: The target's workspace.
        project: Whose job.
        target: Where it was deployed.
        job: Its name in the project.
        parameters: Name to value.
        idempotency_token: Makes a repeated start give the run already started.

    Returns:
        The run's id.

    Raises:
        BrickyardError: The project has no such job.
        RunError: It is not deployed, or knows no such parameter.
    """
    project.job(job)
    job_id = find_jobs(client, project.name, target.name).get(job)
    if job_id is None:
        raise RunError(
            f"Job {job!r} is not deployed to target {target.name!r}.",
            f"Deploy first: brickyard deploy --target {target.name}",
        )
    settings = client.jobs.get(job_id).settings
    if settings is None:
        raise RunError(f"The workspace gives job {job_id} without its settings.")
    chosen = check_parameters(job, settings, parameters)
    started = client.jobs.run_now(
        job_id,
        job_parameters=dict(chosen.job_parameters) if chosen.job_parameters else None,
        notebook_params=dict(chosen.notebook_params) if chosen.notebook_params else None,
        idempotency_token=idempotency_token,
    )
    run_id: int = started.run_id
    return run_id


def follow(
    client: WorkspaceClient,
    run_id: int,
    *,
    timeout_s: float | None = None,
    sources: Sequence[StageSource] = (),
) -> Iterator[Event]:
    """Watch a run until it ends.

    Polls every 20 ms at first, backing off to once a second while nothing changes.

    Args:
        client: The workspace.
        run_id: The run.
        timeout_s: How long to watch; the run itself goes on.
        sources: Where to learn of progress within tasks.

    Yields:
        Each change as it is seen. The last :class:`RunChanged` has ``run.ended``, with each task's
        output or error, unless time ran out.
    """
    give_up = None if timeout_s is None else time.monotonic() + timeout_s
    seen: dict[int, str] = {}
    last: str | None = None
    pause = _FIRST_POLL_S
    while True:
        run = read_run(client, run_id)
        news = list(_news(run, seen, sources))
        seen = {task.run_id: task.state for task in run.tasks}
        if run.ended:
            run = with_outputs(client, run)
            ended = {task.run_id: task for task in run.tasks}
            yield from (
                TaskChanged(ended[event.task.run_id]) if isinstance(event, TaskChanged) else event
                for event in news
            )
            yield RunChanged(run)
            return
        late = give_up is not None and time.monotonic() >= give_up
        if run.state != last or late:
            yield RunChanged(run)
        yield from news
        if late:
            return
        last = run.state
        pause = _FIRST_POLL_S * 5 if news else min(pause * _BACK_OFF, _SLOWEST_POLL_S)
        time.sleep(pause)


def _news(
    run: RunState, seen: Mapping[int, str], sources: Sequence[StageSource]
) -> Iterator[Event]:
    """What is new of a run's tasks: a task's begin before its stages, its end after them."""
    for task in run.tasks:
        changed = seen.get(task.run_id) != task.state
        if changed and not task.ended:
            yield TaskChanged(task)
        if task.ended or task.state == "RUNNING":
            for source in sources:
                yield from source.poll(task)
        if changed and task.ended:
            yield TaskChanged(task)


def read_run(client: WorkspaceClient, run_id: int) -> RunState:
    """A run's state now, without outputs."""
    run = client.jobs.get_run(run_id)
    state, ended, message = _state(run)
    return RunState(
        run_id=run.run_id or run_id,
        job_id=run.job_id or 0,
        state=state,
        ended=ended,
        message=message,
        url=run.run_page_url or "",
        seconds=_seconds(run),
        tasks=tuple(_task(task) for task in run.tasks or []),
    )


def with_outputs(client: WorkspaceClient, run: RunState) -> RunState:
    """A run with each ended task's exit value, error and traceback."""
    return replace(run, tasks=tuple(_with_output(client, task) for task in run.tasks))


def _with_output(client: WorkspaceClient, task: TaskState) -> TaskState:
    from databricks.sdk.errors.base import DatabricksError

    if not task.ended:
        return task
    try:
        output = client.jobs.get_run_output(task.run_id)
    except DatabricksError as exc:
        # A task that never started, or of a kind without output: the run's own state still tells.
        return replace(task, error=task.message or str(exc)) if task.state not in _GOOD else task
    return replace(
        task,
        output=output.notebook_output.result if output.notebook_output else output.logs,
        error=output.error,
        trace=output.error_trace,
    )


def _task(task: RunTask) -> TaskState:
    state, ended, message = _state(task)
    return TaskState(
        key=task.task_key,
        run_id=task.run_id or 0,
        attempt=task.attempt_number or 0,
        state=state,
        ended=ended,
        message=message,
        url=task.run_page_url or "",
        seconds=_seconds(task),
    )


def _state(run: Run | RunTask) -> tuple[str, bool, str]:
    state = run.state
    if state is None:
        return "PENDING", False, ""
    life_cycle = state.life_cycle_state.value if state.life_cycle_state else "PENDING"
    ended = life_cycle in _ENDED
    result = state.result_state.value if state.result_state else life_cycle
    return (result if ended else life_cycle), ended, state.state_message or ""


def _seconds(run: Run | RunTask) -> float | None:
    if not run.start_time:
        return None
    end_ms = run.end_time or time.time() * 1000
    return round(max(0.0, end_ms - run.start_time) / 1000, 3)
