"""Outputs by themselves: a cell's whole text, a whole table, an HTML output's own document."""

from __future__ import annotations

import csv
import io

from starlette.responses import Response

from brickyard.runtime.protocol import PLOTLY_MIME, TABLE_MIME, is_table
from brickyard.workspace.api.errors import missing
from brickyard.workspace.jobs.records import Row, RunRecords
from brickyard.workspace.web.outputs import is_plotly, plain_text
from brickyard.workspace.web.responses import download
from brickyard.workspace.web.sandbox import output_document, plotly_document
from brickyard.workspace.web.screen import uncoloured


def cell_text(runs: RunRecords, run_id: int, number: int) -> Response:
    """Everything that a cell put out, as text, just as it was printed.

    Args:
        runs: The runs.
        run_id: The task run.
        number: The cell as pages count, from 1.

    Raises:
        ApiError: 404, there is no such cell.
    """
    if number > len(runs.cells(run_id)) or number < 1:
        raise missing(f"Run {run_id} has no cell {number}.")
    texts = [_text(o) for o in runs.outputs(run_id, position=number - 1)]
    return download("".join(texts), "text/plain; charset=utf-8")


def output_file(runs: RunRecords, run_id: int, sequence: int, form: str) -> Response:
    """One output.

    Args:
        runs: The runs.
        run_id: The task run.
        sequence: The output.
        form: ``html`` or ``csv``.

    Raises:
        ApiError: 404, there is no such output, or not in this form.
    """
    found = runs.output(run_id, sequence)
    if found is not None and found["kind"] == "display":
        content = found["content"]
        if form == "html" and is_plotly(content):
            return plotly_document(content[PLOTLY_MIME])
        if form == "html" and isinstance(content.get("text/html"), str):
            return output_document(content["text/html"])
        if form == "csv" and is_table(content.get(TABLE_MIME)):
            text = _csv(content[TABLE_MIME])
            return download(text, "text/csv; charset=utf-8", f"run-{run_id}-output-{sequence}.csv")
    raise missing(f"Run {run_id} has no output {sequence} as {form}.")


def _text(output: Row) -> str:
    content = output["content"]
    if output["kind"] == "stream":
        return uncoloured(str(content["text"]))
    if output["kind"] == "error":
        return f"{content['trace']}\n"
    if is_table(content.get(TABLE_MIME)):
        return _csv(content[TABLE_MIME])
    return f"{plain_text(content)}\n"


def _csv(table: dict[str, list[list[object]]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(table["columns"])
    writer.writerows(table["rows"])
    return buffer.getvalue()
