"""What the workspace and a run's process say to each other over one socket, as lines of JSON.

The process says hello; the workspace then writes one :class:`RunSpec`, and the process goes on with
events until it closes. When no further cell is to begin, the workspace writes :data:`STOP`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypedDict

from brickyard.notebook import Cell, Notebook

Event = dict[str, Any]
CellState = Literal["PENDING", "RUNNING", "FINISHED", "FAILED", "SKIPPED"]

# The workspace's word that no further cell is to begin.
STOP = b"stop\n"

TABLE_MIME = "application/vnd.brickyard.table+json"

# A plotly figure: data, layout, config.
PLOTLY_MIME = "application/vnd.plotly.v1+json"

# What is said of other types of an output, such as an image's size in pixels.
METADATA_MIME = "application/vnd.brickyard.metadata+json"

# What a run and a cell may put out (docs: notebook limits; a cell's can be set up to 20 MB).
RUN_OUTPUT_LIMIT = 30 * 1024 * 1024
CELL_OUTPUT_LIMIT = 10 * 1024 * 1024

# What the platform gives back of an exit value (docs: runs/get-output).
EXIT_VALUE_LIMIT = 5 * 1024 * 1024


class Table(TypedDict):
    """A data frame as it is shown."""

    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    truncated: bool


class Piece(TypedDict):
    """Text of a stream: takes the place of the unfinished text before it, where there was some."""

    name: str
    text: str
    open: str


def is_table(value: Any) -> bool:
    """Whether a value has the shape of a :class:`Table`: notebooks may make one up."""
    if not isinstance(value, dict):
        return False
    columns, types, rows = (value.get(name) for name in ("columns", "types", "rows"))
    return (
        isinstance(columns, list)
        and isinstance(types, list)
        and len(columns) == len(types)
        and isinstance(rows, list)
        and all(isinstance(row, list) for row in rows)
    )


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
class Identity:
    """Where a run stands among others: what a notebook's context tells of it.

    Attributes:
        job_id: The job; 0 when the run is of none.
        job_name: Its name, or the run's.
        job_run_id: The job run that the task run is part of.
        task_key: The task.
        notebook_id: The notebook's number in the workspace.
        run_type: JOB_RUN, SUBMIT_RUN or WORKFLOW_RUN.
        root_run_id: The job run at the top, where one notebook has run another.
        user: Who started it.
        workspace_id: The number of the workspace.
        cluster_id: The cluster it runs on; empty without one.
        runtime_version: The platform's version that it stands for, such as ``15.4``.
    """

    job_id: int = 0
    job_name: str = ""
    job_run_id: int = 0
    task_key: str = ""
    notebook_id: int = 0
    run_type: str = ""
    root_run_id: int = 0
    user: str = ""
    workspace_id: int = 0
    cluster_id: str = ""
    runtime_version: str = ""


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
        inside: Where to start in the notebooks that the first cell enters with %run.
        secrets: What is to be hidden from the first cell on: fetched before ``restartPython``.
        spark_conf: Spark configuration of the run's cluster; may refer to secrets.
        output_used: How much the run has put out before ``restartPython``, in characters.
        identity: Where the run stands among others.
        mounts: Mount point (``/mnt/x``) to source URI.
    """

    run_id: int
    notebook_path: str
    notebook: Notebook
    widgets: dict[str, str]
    folder: str
    folders: Folders
    environment: dict[str, str] = field(default_factory=dict)
    first_cell: int = 0
    inside: tuple[int, ...] = ()
    secrets: tuple[str, ...] = ()
    spark_conf: dict[str, str] = field(default_factory=dict)
    output_used: int = 0
    identity: Identity = field(default_factory=Identity)
    mounts: dict[str, str] = field(default_factory=dict)

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
        raw["identity"] = Identity(**raw["identity"])
        return cls(**raw)


def hello(pid: int) -> Event:
    """The process lives; it leads a process group of the same number."""
    return {"event": "hello", "pid": pid}


def cell(position: int, state: CellState, time_ms: int) -> Event:
    """A cell changed its state."""
    return {"event": "cell", "position": position, "state": state, "time_ms": time_ms}


def printed(position: int, number: int, pieces: Sequence[Piece]) -> Event:
    """Text on stdout and stderr.

    Args:
        position: The cell.
        number: Of the sending, for the journal of what was not sent; 0 for what is not in it.
        pieces: The text, in order.
    """
    return {"event": "printed", "position": position, "number": number, "pieces": list(pieces)}


def stream(position: int, name: str, text: str) -> Event:
    """A single text on stdout or stderr."""
    return printed(position, 0, [{"name": name, "text": text, "open": ""}])


def display(
    position: int, data: dict[str, Any], display_id: str | None = None, *, update: bool = False
) -> Event:
    """A rich output.

    Args:
        position: The cell.
        data: Content by MIME type; ``application/vnd.brickyard.table+json`` is a :class:`Table`.
        display_id: What the notebook calls the output, to update it later.
        update: Replace the outputs of that name, wherever they are.
    """
    event = _output(position, "display", data)
    return event if display_id is None else {**event, "display_id": display_id, "update": update}


def clear(position: int) -> Event:
    """What the cell has put out so far is to go."""
    return {"event": "clear", "position": position}


def secret(value: str) -> Event:
    """A value is hidden from now on; the workspace keeps it in memory only."""
    return {"event": "secret", "value": value}


def error(position: int, name: str, value: str, trace: str) -> Event:
    """An exception left the cell."""
    return _output(position, "error", {"name": name, "value": value, "trace": trace})


def restart(
    next_cell: int,
    widgets: dict[str, str],
    secrets: Sequence[str],
    output_used: int = 0,
    inside: Sequence[int] = (),
) -> Event:
    """Python is to start afresh at a cell.

    Args:
        next_cell: Position of the cell to go on with.
        widgets: Values that widgets have by now.
        secrets: Values that are hidden by now; kept in memory only.
        output_used: How much the run has put out by now, in characters.
        inside: Where to go on in the notebooks that the cell has entered with %run.
    """
    return {
        "event": "restart",
        "next_cell": next_cell,
        "inside": list(inside),
        "widgets": widgets,
        "secrets": list(secrets),
        "output_used": output_used,
    }


def end(result: Literal["SUCCESS", "FAILED"], **details: str | None) -> Event:
    """The notebook is done; details are ``exit_value``, ``error`` and ``error_trace``."""
    return {"event": "end", "result": result, **details}


def _output(position: int, kind: str, content: dict[str, Any]) -> Event:
    return {"event": "output", "position": position, "kind": kind, "content": content}
