"""A run's notebook with its results, as ``runs/export`` gives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brickyard.notebook import Cell, cell_language
from brickyard.runtime.protocol import TABLE_MIME, is_table
from brickyard.workspace.jobs.records import Row
from brickyard.workspace.notebooks.page import command, render_page

Json = dict[str, Any]

_STATES = {
    "PENDING": "waiting",
    "RUNNING": "running",
    "FINISHED": "finished",
    "FAILED": "error",
    "SKIPPED": "skipped",
}


def notebook_page(run: Row, cells: Sequence[Row], outputs: Sequence[Row]) -> str:
    """Render a task run's notebook.

    Args:
        run: The task run.
        cells: Its cells.
        outputs: Their outputs, in order.
    """
    by_cell: dict[int, list[Row]] = {}
    for output in outputs:
        by_cell.setdefault(output["position"], []).append(output)
    commands = [_command(cell, by_cell.get(cell["position"], [])) for cell in cells]
    path = run["settings"]["notebook_task"]["notebook_path"]
    return render_page(path, _language(cells), commands)


def _language(cells: Sequence[Row]) -> str:
    """The notebook's own: what runs a cell without magic."""
    plain = (c["language"] for c in cells if not cell_language(c["source"], ""))
    return next(plain, "python")


def _command(row: Row, outputs: list[Row]) -> Json:
    error = next((o["content"] for o in outputs if o["kind"] == "error"), None)
    return command(
        Cell(row["position"], row["language"], row["source"], row["title"]),
        [_result(output) for output in outputs],
        state=_STATES[row["state"]],
        startTime=row["started_ms"] or 0,
        finishTime=row["ended_ms"] or 0,
        errorSummary=f"{error['name']}: {error['value']}" if error else None,
        error=error["trace"] if error else None,
    )


def _result(output: Row) -> Json:
    content = output["content"]
    if output["kind"] == "stream":
        return {"type": "ansi", "data": content["text"], "name": content["name"]}
    if output["kind"] == "error":
        return {"type": "ansi", "data": content["trace"], "name": "error"}
    table = content.get(TABLE_MIME)
    if is_table(table):
        schema = [
            {"name": n, "type": t} for n, t in zip(table["columns"], table["types"], strict=True)
        ]
        return {
            "type": "table",
            "data": table["rows"],
            "schema": schema,
            "overflow": bool(table.get("truncated")),
        }
    return {"type": "mimeBundle", "data": content}
