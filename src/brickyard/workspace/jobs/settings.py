"""A job's settings: checked against Databricks' own types, completed with the platform's defaults.

What the platform accepts and this workspace cannot carry out yet is refused by name (501), so that
no job passes here without its work being done.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import Any

from brickyard import wire
from brickyard.workspace.api.errors import invalid, malformed, unimplemented
from brickyard.workspace.compute.libraries import check_libraries

Json = dict[str, Any]

# docs: jobs API limits.
MAX_TASKS = 1000
_MAX_CONCURRENT_RUNS = 1000
_PARAMETER_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_TASK_KEY = re.compile(r"[A-Za-z0-9_-]{1,100}")

_TASK_TYPES = ("notebook_task",)
_JOB_FIELDS_NOT_YET = (
    "continuous",
    "trigger",
    "git_source",
    "job_clusters",
    "environments",
    "health",
    "webhook_notifications",
)
_RETRY_FIELDS = ("max_retries", "retry_on_timeout", "min_retry_interval_millis")
_TASK_FIELDS_NOT_YET = (
    "new_cluster",
    "job_cluster_key",
    "environment_key",
    *_RETRY_FIELDS,
    "disabled",
)
# Maps of the user's own, in which a null is a value.
_OWN_MAPS = ("base_parameters",)
_TASK_DEFAULTS: Json = {"run_if": "ALL_SUCCESS", "timeout_seconds": 0, "email_notifications": {}}
_JOB_DEFAULTS: Json = {
    "name": "Untitled",
    "email_notifications": {},
    "webhook_notifications": {},
    "timeout_seconds": 0,
    "max_concurrent_runs": 1,
    "format": "MULTI_TASK",
}


def load_types() -> None:
    """Import the SDK's types, which takes a second; done beside the server's start."""
    wire.sdk_types("jobs")


def job_settings(raw: Json) -> Json:
    """Settings of a job as it is kept.

    Args:
        raw: Fields of ``jobs/create`` or ``jobs/reset``.

    Returns:
        The settings with defaults, legacy single-task fields turned into a task.

    Raises:
        ApiError: A wrong type, an impossible value, or what is not implemented here.
    """
    settings = _lift_single_task(readable_settings(raw))
    _check_types(settings)
    _check_ranges(settings)
    for name, default in _JOB_DEFAULTS.items():
        settings.setdefault(name, copy.deepcopy(default))
    _refuse(settings, _JOB_FIELDS_NOT_YET, "Job setting")
    _check_schedule(settings.get("schedule"))
    if (settings.get("queue") or {}).get("enabled"):
        raise unimplemented("Job setting queue.enabled")
    _check_parameters(settings.get("parameters") or [])
    settings["tasks"] = _tasks(settings.get("tasks") or [])
    return settings


def readable_settings(raw: Json) -> Json:
    """Settings as legacy clients send them, in the types that they should have.

    Args:
        raw: Settings, or some of them.

    Returns:
        A copy without nulls, which mean the same as absence; digits in text are numbers and
        ``"true"`` is true where the platform has those.

    Raises:
        ApiError: Another type than the platform's.
    """
    settings: Json = _without_nulls(copy.deepcopy(raw))
    _check_types(settings)
    return settings


def submit_settings(raw: Json) -> Json:
    """Settings of a one-time run, from the fields of ``runs/submit``."""
    fields = {k: v for k, v in raw.items() if k not in ("run_name", "idempotency_token")}
    fields["name"] = raw.get("run_name") or "Untitled"
    settings = job_settings(fields)
    if not settings["tasks"]:
        raise invalid("At least one task must be given: tasks is empty.")
    return settings


def _lift_single_task(settings: Json) -> Json:
    """Turn the task fields that legacy clients set on the job itself into its only task."""
    types = [name for name in settings if name.endswith("_task")]
    if not types or settings.get("tasks"):
        return settings
    own = (*types, "existing_cluster_id", "new_cluster", "libraries", *_RETRY_FIELDS)
    task: Json = {name: settings.pop(name) for name in own if name in settings}
    task["task_key"] = "main"
    settings["tasks"] = [task]
    settings["format"] = "SINGLE_TASK"
    return settings


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: item if name in _OWN_MAPS else _without_nulls(item)
            for name, item in value.items()
            if item is not None
        }
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _check_types(settings: Json) -> None:
    """Refuse wrong types; what only wears the wrong one is put right."""
    tasks = settings.get("tasks")
    for task in tasks if isinstance(tasks, list) else []:
        notebook = task.get("notebook_task") if isinstance(task, dict) else None
        if isinstance(notebook, dict):
            _lift_parameter_list(notebook)
    types = wire.sdk_types("jobs")
    for problem in wire.check(settings, types.JobSettings, ""):
        # Fields unknown to the platform are ignored, as there.
        if problem.kind == "type" and not _put_right(settings, problem):
            raise malformed(
                f"Could not parse request object: Expected {problem.expected} for field "
                f"'{problem.path}', found {problem.found.upper()}"
            )


def _put_right(settings: Json, problem: wire.Problem) -> bool:
    """Turn digits into a number and ``"true"`` into true; whether it was one of these."""
    if problem.found != "string" or problem.expected not in ("integer", "boolean"):
        return False
    *way, last = [int(p) if p.isdigit() else p for p in re.findall(r"[^.\[\]]+", problem.path)]
    holder: Any = settings
    for step in way:
        holder = holder[step]
    text = holder[last].lower()
    if problem.expected == "boolean" and text in ("true", "false"):
        holder[last] = text == "true"
    elif problem.expected == "integer" and re.fullmatch(r"-?[0-9]{1,18}", text):
        holder[last] = int(text)
    else:
        return False
    return True


def _check_ranges(settings: Json) -> None:
    limit = settings.get("max_concurrent_runs", 1)
    if not 0 <= limit <= _MAX_CONCURRENT_RUNS:
        raise invalid(
            f"max_concurrent_runs must be between 0 and {_MAX_CONCURRENT_RUNS}, not {limit}."
        )
    for holder in (settings, *(settings.get("tasks") or [])):
        if holder.get("timeout_seconds", 0) < 0:
            raise invalid(
                f"timeout_seconds must not be negative: {holder['timeout_seconds']}; 0 is none."
            )


def _lift_parameter_list(notebook: Json) -> None:
    """Nutter sends ``base_parameters`` as a list of key and value."""
    given = notebook.get("base_parameters")
    if not isinstance(given, list):
        return
    if not all(isinstance(item, dict) and {"key", "value"} <= item.keys() for item in given):
        raise malformed(
            "Could not parse request object: Expected object for field 'base_parameters', "
            "found ARRAY"
        )
    notebook["base_parameters"] = {str(item["key"]): item["value"] for item in given}


def _refuse(fields: Json, names: Iterable[str], what: str) -> None:
    for name in names:
        if fields.get(name):
            raise unimplemented(f"{what} {name}")


def _check_schedule(schedule: Json | None) -> None:
    if schedule and schedule.get("pause_status") != "PAUSED":
        raise unimplemented(
            "Job setting schedule with pause_status UNPAUSED (a PAUSED one is kept)"
        )


def _check_parameters(parameters: list[Json]) -> None:
    names = [parameter.get("name", "") for parameter in parameters]
    for name in names:
        if not _PARAMETER_NAME.fullmatch(name):
            raise invalid(
                f"parameters: name {name!r} may hold only letters, digits, '_', '-' and '.'."
            )
    for name in {name for name in names if names.count(name) > 1}:
        raise invalid(f"parameters: name {name!r} is given more than once.")
    for parameter in parameters:
        if parameter.get("default") is None:
            raise invalid(f"parameters: {parameter['name']!r} has no default.")


def _tasks(tasks: list[Json]) -> list[Json]:
    if len(tasks) > MAX_TASKS:
        raise invalid(f"tasks: {len(tasks)} tasks, at most {MAX_TASKS}.")
    keys = [task.get("task_key", "") for task in tasks]
    for task in tasks:
        _check_task(task, keys)
        for name, default in _TASK_DEFAULTS.items():
            task.setdefault(name, copy.deepcopy(default))
        task["notebook_task"].setdefault("source", "WORKSPACE")
        if task.get("depends_on"):
            task["depends_on"] = sorted(task["depends_on"], key=lambda item: str(item["task_key"]))
    _check_order(tasks)
    return tasks


def _check_task(task: Json, keys: list[str]) -> None:
    key = task.get("task_key", "")
    if not _TASK_KEY.fullmatch(key):
        raise invalid(
            f"task_key {key!r} must be 1 to 100 letters, digits, '_' or '-'; each task needs one."
        )
    if keys.count(key) > 1:
        raise invalid(f"task_key {key!r} is given to more than one task.")
    types = [name for name, value in task.items() if name.endswith("_task") and value is not None]
    for name in types:
        if name not in _TASK_TYPES:
            raise unimplemented(f"Task type {name} (task {key!r})")
    if len(types) != 1:
        raise invalid(f"Task {key!r} must have one task type, such as notebook_task.")
    _refuse(task, _TASK_FIELDS_NOT_YET, f"Task {key!r}: field")
    if task.get("run_if", "ALL_SUCCESS") != "ALL_SUCCESS":
        raise unimplemented(f"Task {key!r}: run_if {task['run_if']}")
    _check_notebook(key, task["notebook_task"])
    _check_libraries(key, task)
    for dependency in task.get("depends_on") or []:
        if dependency.get("task_key") not in keys:
            raise invalid(
                f"Task {key!r} depends on {dependency.get('task_key')!r}, which is not a task."
            )
        if dependency.get("outcome") is not None:
            raise unimplemented(f"Task {key!r}: depends_on.outcome")


def _check_notebook(key: str, notebook: Json) -> None:
    path = notebook.get("notebook_path") or ""
    if notebook.get("source", "WORKSPACE") != "WORKSPACE":
        raise unimplemented(f"Task {key!r}: notebook source {notebook['source']}")
    if not path.startswith("/"):
        raise invalid(
            f"Task {key!r}: notebook_path {path!r} must be absolute, such as /Shared/train."
        )


def _check_libraries(key: str, task: Json) -> None:
    if task.get("libraries") and not task.get("existing_cluster_id"):
        raise invalid(
            f"Task {key!r}: libraries need existing_cluster_id; a notebook without a cluster "
            "installs its own with %pip."
        )
    check_libraries(task.get("libraries") or [], f"Task {key!r}: libraries")


def _check_order(tasks: list[Json]) -> None:
    """Refuse tasks that wait for each other."""
    waiting = {
        task["task_key"]: {d["task_key"] for d in task.get("depends_on") or []} for task in tasks
    }
    while waiting:
        free = [key for key, needs in waiting.items() if not needs & waiting.keys()]
        if not free:
            raise invalid(f"The tasks {sorted(waiting)} depend on each other in a circle.")
        for key in free:
            del waiting[key]
