"""How far a running notebook has come, read from the public ``runs/export`` call.

The platform logs no notebook output as it comes, but exports a run's notebook with the results so
far: a page with ``__DATABRICKS_NOTEBOOK_MODEL``, base64 of percent-encoded JSON with a list of
commands, their states, times and results.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from brickyard.delivery.run import StageLine, TaskState

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

_MODEL = re.compile(r"__DATABRICKS_NOTEBOOK_MODEL = '([A-Za-z0-9+/=]+)'")
_EVERY_S = 0.3
_STATES = {"running": "running", "finished": "finished", "error": "failed"}
# Magics whose cells are no step of the work.
_QUIET = ("%md",)


@dataclass
class _Seen:
    """What was last told of one task's run."""

    at: float = float("-inf")
    done: bool = False
    states: dict[int, str] = field(default_factory=dict)
    told: dict[int, int] = field(default_factory=dict)


class NotebookCells:
    """A stage source: the cells of a running notebook and what they print.

    Args:
        client: The workspace.
    """

    def __init__(self, client: WorkspaceClient) -> None:
        self._client = client
        self._seen: dict[int, _Seen] = {}

    def poll(self, task: TaskState) -> Iterable[StageLine]:
        """Cells begun or ended, and text printed, since the last call for this task."""
        seen = self._seen.setdefault(task.run_id, _Seen())
        now = time.monotonic()
        if seen.done or (now - seen.at < _EVERY_S and not task.ended):
            return []
        seen.at, seen.done = now, task.ended
        commands = self._commands(task.run_id)
        if commands is None:
            seen.done = True
            return []
        return list(_news(task.key, commands, seen))

    def _commands(self, run_id: int) -> list[dict[str, Any]] | None:
        """The notebook's commands; None when this run has no notebook to export."""
        from databricks.sdk.errors.base import DatabricksError
        from databricks.sdk.service.jobs import ViewsToExport

        try:
            exported = self._client.jobs.export_run(run_id, views_to_export=ViewsToExport.CODE)
        except DatabricksError:
            # Progress is a courtesy: a workspace that does not give it must not end the watch.
            return None
        for view in exported.views or []:
            if model := notebook_model(view.content or ""):
                return list(model.get("commands", []))
        return None


def notebook_model(page: str) -> dict[str, Any] | None:
    """The notebook model within an exported page; None when it holds none."""
    found = _MODEL.search(page)
    if not found:
        return None
    model = json.loads(unquote(base64.b64decode(found[1]).decode()))
    return model if isinstance(model, dict) else None


def _news(task: str, commands: list[dict[str, Any]], seen: _Seen) -> Iterator[StageLine]:
    for index, command in enumerate(sorted(commands, key=lambda c: float(c.get("position", 0)))):
        source = str(command.get("command", ""))
        state = _STATES.get(str(command.get("state")))
        if state is None or source.lstrip().startswith(_QUIET):
            continue
        text = _printed(command)
        new = text[seen.told.get(index, 0) :]
        if state == "running":
            new = new[: new.rfind("\n") + 1]  # whole lines only; the rest comes with the next look
        if seen.states.get(index) == state and not new:
            continue
        seen.states[index] = state
        seen.told[index] = seen.told.get(index, 0) + len(new)
        yield StageLine(task, _title(command, source, index), state, _seconds(command), new)


def _title(command: dict[str, Any], source: str, index: int) -> str:
    title = str(command.get("commandTitle") or "").strip()
    if title:
        return title
    lines = [line.strip() for line in source.splitlines()]
    shown = next((line for line in lines if line and not line.startswith("#")), "")
    return f"cell {index + 1}: {shown[:60]}" if shown else f"cell {index + 1}"


def _seconds(command: dict[str, Any]) -> float | None:
    start, finish = command.get("startTime") or 0, command.get("finishTime") or 0
    return round((finish - start) / 1000, 3) if start and finish else None


def _printed(command: dict[str, Any]) -> str:
    results = command.get("results") or {}
    data = results.get("data") if isinstance(results, dict) else None
    return "".join(
        str(result.get("data", ""))
        for result in (data if isinstance(data, list) else [])
        if isinstance(result, dict)
        and result.get("type") == "ansi"
        # The traceback comes with the run's own output.
        and result.get("name") != "error"
    )
