"""What the rivals of ``notebook_start.py`` do, in an environment of their own.

    python benchmarks/kernels.py nbclient|papermill RUNS FOLDER < cells.json

Runs a notebook of the given cells so many times, each in a fresh kernel, and prints a line of JSON
each: seconds until the first cell began, and until the last cell had ended.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def with_nbclient(cells: list[str], folder: Path) -> list[float]:
    """One run by nbclient; times are taken by its own hooks."""
    import nbformat
    from nbclient import NotebookClient

    times: list[float] = []

    def note(**_: Any) -> None:
        times.append(time.perf_counter())

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    began = time.perf_counter()
    NotebookClient(
        notebook,
        resources={"metadata": {"path": str(folder)}},
        on_cell_execute=note,
        on_cell_executed=note,
    ).execute()
    return [times[0] - began, times[-1] - began]


def with_papermill(cells: list[str], folder: Path) -> list[float]:
    """One run by papermill; times are those it writes into the notebook."""
    import nbformat
    import papermill

    source, target = folder / "source.ipynb", folder / "target.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    nbformat.write(notebook, source)
    began = time.time()
    done = papermill.execute_notebook(source, target, kernel_name="python3", progress_bar=False)
    first, last = done.cells[0].metadata.papermill, done.cells[-1].metadata.papermill
    return [_epoch(first.start_time) - began, _epoch(last.end_time) - began]


def _epoch(text: str) -> float:
    moment = datetime.fromisoformat(text)  # UTC; older versions do not say so
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def main() -> None:
    """Run, and print."""
    name, runs, folder = sys.argv[1:]
    run = {"nbclient": with_nbclient, "papermill": with_papermill}[name]
    cells = json.load(sys.stdin)
    for _ in range(int(runs)):
        print(json.dumps(run(cells, Path(folder))), flush=True)


if __name__ == "__main__":
    main()
