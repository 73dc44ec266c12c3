"""What the workspace and a run's process say to each other over one socket, as lines of JSON.

The workspace writes one :class:`RunSpec`; the process answers with events until it closes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypedDict

from brickyard.notebook import Cell, Notebook

Event = dict[str, Any]
CellState = Literal["PENDING", "RUNNING", "FINISHED", "FAILED", "SKIPPED"]

TABLE_MIME = "application/vnd.brickyard.table+json"

# A run's whole text output, as on the platform (docs: notebook limits, 30 MB a job's output).
OUTPUT_LIMIT = 30 * 1024 * 1024

# What the platform gives back of an exit value (docs: runs/get-output).
EXIT_VALUE_LIMIT = 5 * 1024 * 1024


class Table(TypedDict):
    """A data frame as it is shown."""

    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    truncated: bool


@dataclass(frozen=True)
class Folders:
    """Where the roots of the platform's paths lie on this machine.

    Attributes:
        dbfs: Root of ``dbfs:/``.
        workspace: Root of ``/Workspace``.
        volumes: Root of ``/Volumes``.
        storage: Stand-in for Azure Storage, ``<account>/<container>``.
        warehouse: Managed tables, ``<catalog>/<schema>/<table>``.
        scratch: For files that no run keeps.
    """

    dbfs: str
    workspace: str
    volumes: str
    storage: str
    warehouse: str
    scratch: str


@dataclass(frozen=True)
class RunSpec:
    """All that a process needs to run a notebook.

    Attributes:
        run_id: The task run.
        notebook_path: Its path in the workspace, such as ``/Shared/train``.
        notebook: The notebook as it was when the run was created.
        widgets: Parameters of the run; they win over widgets' defaults.
        folder: The run's own folder: libraries and process log.
        folders: Roots of the platform's paths.
        environment: Variables to set before the first cell.
        first_cell: Where to start; above zero after ``restartPython``.
        secrets: What is to be hidden from the first cell on: fetched before ``restartPython``.
        spark_remote: Another Spark Connect server to use; None for the engine in this process.
    """

    run_id: int
    notebook_path: str
    notebook: Notebook
    widgets: dict[str, str]
    folder: str
    folders: Folders
    environment: dict[str, str] = field(default_factory=dict)
    first_cell: int = 0
    secrets: tuple[str, ...] = ()
    spark_remote: str | None = None

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @property
    def libraries(self) -> str:
        """Where ``%pip`` installs to."""
        return f"{self.folder}/libraries"

    @classmethod
    def from_json(cls, line: str | bytes) -> RunSpec:
        """The reverse of :meth:`to_json`."""
        raw = json.loads(line)
        cells = tuple(Cell(**cell) for cell in raw["notebook"]["cells"])
        raw["notebook"] = Notebook(raw["notebook"]["language"], cells)
        raw["folders"] = Folders(**raw["folders"])
        return cls(**raw)


def hello(pid: int) -> Event:
    """The process lives; it leads a process group of the same number."""
    return {"event": "hello", "pid": pid}


def cell(position: int, state: CellState, time_ms: int) -> Event:
    """A cell changed its state."""
    return {"event": "cell", "position": position, "state": state, "time_ms": time_ms}


def stream(position: int, name: str, text: str) -> Event:
    """Text on stdout or stderr."""
    return _output(position, "stream", {"name": name, "text": text})


def display(position: int, data: dict[str, Any]) -> Event:
    """A rich output.

    Args:
        position: The cell.
        data: Content by MIME type; ``application/vnd.brickyard.table+json`` is a :class:`Table`.
    """
    return _output(position, "display", data)


def error(position: int, name: str, value: str, trace: str) -> Event:
    """An exception left the cell."""
    return _output(position, "error", {"name": name, "value": value, "trace": trace})


def restart(
    next_cell: int, widgets: dict[str, str], secrets: Sequence[str], *, cold: bool
) -> Event:
    """Python is to start afresh at a cell.

    Args:
        next_cell: Position of the cell to go on with.
        widgets: Values that widgets have by now.
        secrets: Values that are hidden by now; kept in memory only.
        cold: The libraries shadow what a warm process has loaded already.
    """
    return {
        "event": "restart",
        "next_cell": next_cell,
        "widgets": widgets,
        "secrets": list(secrets),
        "cold": cold,
    }


def end(result: Literal["SUCCESS", "FAILED"], **details: str | None) -> Event:
    """The notebook is done; details are ``exit_value``, ``error`` and ``error_trace``."""
    return {"event": "end", "result": result, **details}


def _output(position: int, kind: str, content: dict[str, Any]) -> Event:
    return {"event": "output", "position": position, "kind": kind, "content": content}
