"""A notebook with its results as ``runs/export`` gives it: a page that carries a model.

On the platform the page holds ``__DATABRICKS_NOTEBOOK_MODEL``, base64 of percent-encoded JSON with
a list of commands; tools read that, so this page carries the same, and shows it as plain HTML too.
Output is escaped: nothing in it can run.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from brickyard.runtime.protocol import TABLE_MIME
from brickyard.workspace.jobs.records import Row

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
    path = run["settings"]["notebook_task"]["notebook_path"]
    by_cell: dict[int, list[Row]] = {}
    for output in outputs:
        by_cell.setdefault(output["position"], []).append(output)
    commands = [_command(cell, by_cell.get(cell["position"], [])) for cell in cells]
    model = {
        "version": "NotebookV1",
        "name": path.rpartition("/")[2],
        "language": "python",
        "commands": commands,
    }
    encoded = base64.b64encode(quote(json.dumps(model)).encode()).decode()
    body = "\n".join(_block(command) for command in commands)
    title = html.escape(path)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body>\n'
        f"<h1>{title}</h1>\n{body}\n"
        f"<script>var __DATABRICKS_NOTEBOOK_MODEL = '{encoded}';</script></body></html>"
    )


def _command(cell: Row, outputs: list[Row]) -> Json:
    error = next((o["content"] for o in outputs if o["kind"] == "error"), None)
    return {
        "version": "CommandV1",
        "position": cell["position"] + 1.0,
        "command": cell["source"],
        "commandTitle": cell["title"] or "",
        "state": _STATES[cell["state"]],
        "startTime": cell["started_ms"] or 0,
        "finishTime": cell["ended_ms"] or 0,
        "results": {"type": "listResults", "data": [_result(output) for output in outputs]},
        "errorSummary": f"{error['name']}: {error['value']}" if error else None,
        "error": error["trace"] if error else None,
    }


def _result(output: Row) -> Json:
    content = output["content"]
    if output["kind"] == "stream":
        return {"type": "ansi", "data": content["text"], "name": content["name"]}
    if output["kind"] == "error":
        return {"type": "ansi", "data": content["trace"], "name": "error"}
    if TABLE_MIME in content:
        table = content[TABLE_MIME]
        schema = [
            {"name": n, "type": t} for n, t in zip(table["columns"], table["types"], strict=True)
        ]
        return {
            "type": "table",
            "data": table["rows"],
            "schema": schema,
            "overflow": table["truncated"],
        }
    return {"type": "mimeBundle", "data": content}


def _block(command: Json) -> str:
    texts = [
        str(result["data"]) for result in command["results"]["data"] if result["type"] == "ansi"
    ]
    shown = html.escape("".join(texts))
    return (
        f"<section><h2>{html.escape(command['commandTitle'])}</h2>"
        f"<pre>{html.escape(command['command'])}</pre><pre>{shown}</pre></section>"
    )
