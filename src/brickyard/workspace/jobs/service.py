"""The Jobs API, versions 2.0 to 2.2.

Source: databricks-sdk ``service/jobs.py``; texts of refusals as the platform words them.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from brickyard import wire
from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import invalid, invalid_state, malformed, unimplemented
from brickyard.workspace.api.paging import PageToken
from brickyard.workspace.api.routing import Operation, Reply
from brickyard.workspace.jobs.export import notebook_page
from brickyard.workspace.jobs.job_run import is_active
from brickyard.workspace.jobs.manager import RunManager
from brickyard.workspace.jobs.records import JobRecords, Row, RunRecords
from brickyard.workspace.jobs.render import Renderer
from brickyard.workspace.jobs.settings import (
    job_settings,
    load_types,
    readable_settings,
    submit_settings,
)
from brickyard.workspace.jobs.updates import updated_settings

Json = dict[str, Any]

_VERSIONS = ("2.0", "2.1", "2.2")
_OTHER_PARAMS = (
    "jar_params",
    "python_params",
    "python_named_params",
    "spark_submit_params",
    "sql_params",
    "dbt_commands",
    "pipeline_params",
    "only",
)
_SEVERAL_TASKS = (
    "Retrieving the output of runs with multiple tasks is not supported. "
    "Please retrieve the output of each individual task run instead."
)
_MAX_TOKEN = 64
_MAX_PARAMS_BYTES = 10_000


class JobsService:
    """Answers ``/api/2.x/jobs``.

    Args:
        jobs: The jobs.
        runs: The runs.
        manager: Starts and ends runs.
        renderer: Makes API objects.
    """

    def __init__(
        self, jobs: JobRecords, runs: RunRecords, manager: RunManager, renderer: Renderer
    ) -> None:
        self._jobs = jobs
        self._runs = runs
        self._manager = manager
        self._renderer = renderer

    def operations(self) -> list[Operation]:
        """The calls it answers."""
        table = [
            ("POST", "/jobs/create", self.create),
            ("GET", "/jobs/get", self.get),
            ("GET", "/jobs/list", self.list),
            ("POST", "/jobs/update", self.update),
            ("POST", "/jobs/reset", self.reset),
            ("POST", "/jobs/delete", self.delete),
            ("POST", "/jobs/run-now", self.run_now),
            ("POST", "/jobs/runs/submit", self.submit),
            ("GET", "/jobs/runs/get", self.get_run),
            ("GET", "/jobs/runs/list", self.list_runs),
            ("GET", "/jobs/runs/get-output", self.get_output),
            ("GET", "/jobs/runs/export", self.export),
            ("POST", "/jobs/runs/cancel", self.cancel),
            ("POST", "/jobs/runs/cancel-all", self.cancel_all),
            ("POST", "/jobs/runs/delete", self.delete_run),
        ]
        return [Operation(verb, path, handler, _VERSIONS) for verb, path, handler in table]

    async def create(self, call: Call) -> Reply:
        """Make a job."""
        await asyncio.to_thread(load_types)
        return {"job_id": self._jobs.create(job_settings(dict(call.fields)), call.user)}

    async def get(self, call: Call) -> Reply:
        """One job with its settings."""
        return self._renderer.job(self._jobs.get(call.integer("job_id")))

    async def list(self, call: Call) -> Reply:
        """Jobs, the newest first, by pages."""
        limit = _limit(call, largest=100)
        page = PageToken.read(call, limit)
        rows = self._jobs.page(call.optional_text("name"), limit + 1, page.offset)
        expand = call.flag("expand_tasks")
        found = [self._renderer.job(row, with_tasks=expand) for row in rows[:limit]]
        return page.reply("jobs", found, has_more=len(rows) > limit)

    async def update(self, call: Call) -> Reply:
        """Change some settings; tasks and clusters are merged by key."""
        await asyncio.to_thread(load_types)
        job = self._jobs.get(call.integer("job_id"))
        removed = call.fields.get("fields_to_remove") or []
        if not isinstance(removed, list) or not all(isinstance(path, str) for path in removed):
            raise malformed(
                "Could not parse request object: Expected array of string for field "
                "'fields_to_remove'"
            )
        new = readable_settings(call.mapping("new_settings"))
        settings = updated_settings(job["settings"], new, removed)
        self._jobs.replace(job["job_id"], job_settings(settings))
        return {}

    async def reset(self, call: Call) -> Reply:
        """Replace all settings."""
        await asyncio.to_thread(load_types)
        job = self._jobs.get(call.integer("job_id"))
        if "new_settings" not in call.fields:
            raise invalid("Missing required field: new_settings")
        self._jobs.replace(job["job_id"], job_settings(call.mapping("new_settings")))
        return {}

    async def delete(self, call: Call) -> Reply:
        """Remove a job and end its active runs."""
        job = self._jobs.get(call.integer("job_id"))
        self._manager.cancel_all(job["job_id"])
        self._jobs.delete(job["job_id"])
        return {}

    async def run_now(self, call: Call) -> Reply:
        """Start a run of a job."""
        token = _token(call)
        if token and (known := self._runs.by_token(token)):
            return {"run_id": known["run_id"], "number_in_job": known["run_id"]}
        job = self._jobs.get(call.integer("job_id"))
        parameters = _run_parameters(call, job["settings"])
        if not job["settings"]["tasks"]:
            raise invalid(f"Job {job['job_id']} has no tasks.")
        run_id = self._manager.run_job(job, call.user, parameters, token)
        return {"run_id": run_id, "number_in_job": run_id}

    async def submit(self, call: Call) -> Reply:
        """Start a one-time run."""
        await asyncio.to_thread(load_types)
        token = _token(call)
        if token and (known := self._runs.by_token(token)):
            return {"run_id": known["run_id"]}
        settings = submit_settings(dict(call.fields))
        return {"run_id": self._manager.submit(settings, call.user, token)}

    async def get_run(self, call: Call) -> Reply:
        """One run with its tasks, or one task run."""
        row = self._runs.get(call.integer("run_id"))
        if row["parent_id"] is not None:
            return self._renderer.task(row)
        return self._renderer.run(row, self._runs.tasks(row["run_id"]))

    async def list_runs(self, call: Call) -> Reply:
        """Runs, the newest first, by pages."""
        limit = _limit(call, largest=25)
        page = PageToken.read(call, limit)
        active, completed = call.flag("active_only"), call.flag("completed_only")
        if active and completed:
            raise invalid("active_only and completed_only cannot both be true.")
        rows = self._runs.page(
            job_id=call.integer("job_id") if call.fields.get("job_id") else None,
            active=True if active else (False if completed else None),
            run_type=call.optional_text("run_type"),
            started_from=call.integer("start_time_from", 0) or None,
            started_to=call.integer("start_time_to", 0) or None,
            limit=limit + 1,
            offset=page.offset,
        )
        expand = call.flag("expand_tasks")
        found = [
            self._renderer.run(row, self._runs.tasks(row["run_id"]) if expand else [])
            for row in rows[:limit]
        ]
        return page.reply("runs", found, has_more=len(rows) > limit)

    async def get_output(self, call: Call) -> Reply:
        """The exit value or the error of a task run."""
        return self._renderer.output(self._task_run(call.integer("run_id")))

    async def export(self, call: Call) -> Reply:
        """The notebook of a task run with its results, as a page of its own."""
        wanted = call.text("views_to_export", "CODE")
        if wanted not in ("CODE", "ALL"):
            raise unimplemented(f"views_to_export {wanted}")
        row = self._task_run(call.integer("run_id"))
        run_id = row["run_id"]
        cells, outputs = self._runs.cells(run_id), self._runs.outputs(run_id)
        # Outputs may have 30 MB: rendered beside the event loop, which others wait for.
        content = await asyncio.to_thread(notebook_page, row, cells, outputs)
        name = row["settings"]["notebook_task"]["notebook_path"].rpartition("/")[2]
        return {"views": [{"type": "NOTEBOOK", "name": name, "content": content}]}

    async def cancel(self, call: Call) -> Reply:
        """Begin to end a run."""
        self._manager.cancel(call.integer("run_id"))
        return {}

    async def cancel_all(self, call: Call) -> Reply:
        """Begin to end all runs of a job; of queued ones there are none here yet."""
        only_queued = call.flag("all_queued_runs")
        if call.fields.get("job_id") is None and not only_queued:
            raise invalid("Either job_id or all_queued_runs must be given.")
        if not only_queued:
            self._manager.cancel_all(call.integer("job_id"))
        return {}

    async def delete_run(self, call: Call) -> Reply:
        """Remove a run that has ended."""
        row = self._runs.get(call.integer("run_id"))
        if is_active(row):
            raise invalid_state(f"Run {row['run_id']} is active: cancel it first.")
        if row["parent_id"] is not None:
            raise invalid(f"Run {row['run_id']} is a task run: delete {row['parent_id']} instead.")
        self._runs.delete(row["run_id"])
        return {}

    def _task_run(self, run_id: int) -> Row:
        """The task run of that id, or the only one of a legacy single-task run."""
        row = self._runs.get(run_id)
        if row["parent_id"] is not None:
            return row
        tasks = self._runs.tasks(run_id)
        if row["settings"]["format"] != "SINGLE_TASK" or not tasks:
            raise invalid(_SEVERAL_TASKS)
        return tasks[0]


def _limit(call: Call, largest: int) -> int:
    limit = call.integer("limit", 20)
    if not 0 <= limit <= largest:
        raise invalid(f"limit must be between 1 and {largest}, not {limit}.")
    return limit or largest


def _token(call: Call) -> str | None:
    token = call.optional_text("idempotency_token")
    if token is not None and len(token) > _MAX_TOKEN:
        raise invalid(f"idempotency_token has {len(token)} characters, at most {_MAX_TOKEN}.")
    return token or None


def _word(name: str, value: object) -> str:
    """A notebook parameter as text; legacy clients also send numbers and booleans."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        raise malformed(
            f"Could not parse request object: Expected string for field 'notebook_params.{name}', "
            f"found {wire.json_type(value).upper()}"
        )
    return "" if value is None else json.dumps(value)


def _run_parameters(call: Call, settings: Json) -> Json:
    """What a run-now call brings, merged with the job's own parameters."""
    for name in _OTHER_PARAMS:
        if call.fields.get(name):
            raise unimplemented(f"run-now field {name}")
    override = {name: _word(name, value) for name, value in call.mapping("notebook_params").items()}
    given = call.mapping("job_parameters")
    own = settings.get("parameters") or []
    if override and (given or own):
        raise invalid("notebook_params cannot be used with job parameters: use job_parameters.")
    if len(json.dumps(override, ensure_ascii=False).encode()) > _MAX_PARAMS_BYTES:
        raise invalid(f"notebook_params is larger than {_MAX_PARAMS_BYTES} bytes.")
    for name, value in given.items():
        if not isinstance(value, str):
            raise invalid(f"job_parameters: {name!r} must be a string, not {value!r}.")
    shown = [{**item, "value": given.get(item["name"], item["default"])} for item in own] + [
        {"name": name, "value": value}
        for name, value in given.items()
        if name not in {item["name"] for item in own}
    ]
    parameters: Json = {}
    if shown:
        parameters["job_parameters"] = shown
    if override:
        parameters["overriding_parameters"] = {"notebook_params": override}
    return parameters
