"""What the workspace keeps of a run, read through its public API alone."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import Any

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import BaseRun, RunType

from tests.support.workspace import commands

Json = dict[str, Any]


@dataclass(frozen=True)
class ShownCell:
    """A cell as the exported page shows it.

    Attributes:
        state: ``finished``, ``error``, ``skipped``, ``running`` or ``waiting``.
        title: Its title, or an empty text.
        streams: Text by stream, all of the cell's joined.
        shows: Rich outputs in order: content by MIME type, or a ``table``.
        order: Kinds of output in the order they came, neighbours of one kind joined.
        error: The error's last line, or an empty text.
    """

    state: str
    title: str
    streams: dict[str, str]
    shows: list[Json]
    order: list[str]
    error: str


@dataclass(frozen=True)
class Record:
    """One run that has ended.

    Attributes:
        life_cycle: Its life cycle state.
        result: Its result state.
        code: Its termination code.
        fields: ``message``, ``exit``, ``error`` and ``trace``; None where there is none.
        cells: Its cells.
    parts: Everything as the API gave it.
    """

    life_cycle: str
    result: str
    code: str
    fields: dict[str, str | None]
    cells: list[ShownCell]
    parts: list[Any]

    def holds(self, text: str) -> bool:
        """Whether a text is anywhere in the record."""
        return any(text in json.dumps(part, ensure_ascii=False) for part in self.parts)

    @property
    def printed(self) -> str:
        """All that was written to stdout."""
        return "".join(cell.streams.get("stdout", "") for cell in self.cells)


def read_record(client: WorkspaceClient, run_id: int) -> Record:
    """Read the record of a task run that has ended."""
    run = client.jobs.get_run(run_id)
    output = client.jobs.get_run_output(run_id)
    views = client.jobs.export_run(run_id).views or []
    page = views[0].content if views else ""
    found = commands(page) if page else []
    notebook = output.notebook_output
    assert run.state is not None
    details = run.status.termination_details if run.status else None
    return Record(
        life_cycle=_word(run.state.life_cycle_state),
        result=_word(run.state.result_state),
        code=_word(details.code) if details else "",
        fields={
            "message": run.state.state_message,
            "exit": notebook.result if notebook else None,
            "error": output.error,
            "trace": output.error_trace,
        },
        cells=[_cell(command) for command in found],
        parts=[run.as_dict(), output.as_dict(), found, page],
    )


def child_runs(client: WorkspaceClient, path: str) -> list[BaseRun]:
    """The runs that ``dbutils.notebook.run`` has started of a notebook, oldest first."""
    found = []
    for run in client.jobs.list_runs(run_type=RunType.WORKFLOW_RUN, expand_tasks=True):
        tasks = run.tasks or []
        paths = [t.notebook_task.notebook_path for t in tasks if t.notebook_task is not None]
        if path in paths:
            found.append(run)
    return found[::-1]


def task_run_id(run: BaseRun) -> int:
    """The id of a run's only task run."""
    assert run.tasks
    assert len(run.tasks) == 1
    return run.tasks[0].run_id or 0


def _cell(command: Json) -> ShownCell:
    streams: dict[str, str] = {}
    shows: list[Json] = []
    order: list[str] = []
    for result in command["results"]["data"]:
        kind, data = result["type"], result["data"]
        if kind == "ansi" and result["name"] == "error":
            order.append("error")
        elif kind == "ansi":
            streams[result["name"]] = streams.get(result["name"], "") + data
            order.append(result["name"])
        elif kind == "table":
            shows.append({"table": _table(result)})
            order.append("table")
        else:
            shows.append(data)
            order.append("show")
    summary = command.get("errorSummary") or ""
    return ShownCell(
        state=command["state"],
        title=command.get("commandTitle") or "",
        streams=streams,
        shows=shows,
        order=[kind for kind, _ in itertools.groupby(order)],
        error=summary,
    )


def _table(result: Json) -> Json:
    return {
        "columns": [column["name"] for column in result["schema"]],
        "types": [column["type"] for column in result["schema"]],
        "rows": result["data"],
        "row_count": len(result["data"]),
        "truncated": result["overflow"],
    }


def _word(value: Any) -> str:
    return value.value if value is not None else ""
