"""A run as it is now, and what has changed on its page since one last looked.

The page and the event stream are made of the same fragments. Each has an id; a browser that gets
one puts it in the place of the old, or at the end of its parent where there is none yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from markupsafe import Markup

from brickyard.notebook import Cell
from brickyard.workspace.jobs.job_run import is_active
from brickyard.workspace.jobs.records import Row, RunRecords
from brickyard.workspace.web import markdown
from brickyard.workspace.web.outputs import Blocks
from brickyard.workspace.web.source import highlight
from brickyard.workspace.web.templates import fragment

# A run with more tasks shows them as a list of links.
MAX_TASKS_INLINE = 8
_RUN_FIELDS = ("life_cycle", "result", "message", "started_ms", "ended_ms", "error", "exit_value")


@dataclass(frozen=True)
class Fragment:
    """A part of a page.

    Attributes:
        id: Of its element.
        into: Id of its parent.
        html: The element.
        keep: Leave the element alone where it is there already: its parts have ids of their own.
    """

    id: str
    into: str
    html: str
    keep: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For the script of the page."""
        return asdict(self)


class CellView:
    """A cell and its outputs.

    Args:
        row: The cell.
        address: The path of the page of its task run.
    """

    def __init__(self, row: Row, address: str) -> None:
        self.row = row
        self.address = address
        self.blocks = Blocks()
        # Whether its outputs are to be sent afresh: some that a browser may have are gone.
        self.is_cleared = False

    def clear(self) -> None:
        """Forget the outputs, which the notebook has removed."""
        self.blocks = Blocks()
        self.is_cleared = True

    @property
    def key(self) -> str:
        """What is common to the ids of its elements."""
        return f"{self.row['run_id']}-{self.row['position']}"

    @property
    def is_markdown(self) -> bool:
        """Whether the cell is text: it shows as such, also before it "ran"."""
        return bool(self.row["language"] == "md")

    @property
    def source(self) -> Markup:
        """The text of any other cell."""
        return highlight(self.row["language"], self.row["source"])

    @property
    def markdown(self) -> Markup:
        """The text of a Markdown cell."""
        return markdown.render(Cell(0, "md", self.row["source"]).body)


class TaskView:
    """A task run, its cells and their outputs.

    Args:
        row: The task run.
    """

    def __init__(self, row: Row) -> None:
        self.row = row
        self.cells: list[CellView] = []
        self.last = 0
        self._complete = False
        self._version = 0

    @property
    def notebook_path(self) -> str:
        """The notebook that it runs."""
        return str((self.row["settings"].get("notebook_task") or {}).get("notebook_path", ""))

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters that the task itself gives its notebook."""
        task = self.row["settings"].get("notebook_task") or {}
        return dict(task.get("base_parameters") or {})

    @property
    def exit_value(self) -> str | None:
        """What the notebook exited with; JSON set out over lines."""
        value = self.row["exit_value"]
        try:
            found = json.loads(value or "")
        except ValueError:
            return None if value is None else str(value)
        return json.dumps(found, indent=2, ensure_ascii=False)

    @property
    def focus(self) -> CellView | None:
        """The cell to look at: the one that runs, or that failed."""
        for cell in self.cells:
            if cell.row["state"] in ("RUNNING", "FAILED"):
                return cell
        return None

    def refresh(self, runs: RunRecords, row: Row, upto: int | None = None) -> None:
        """Read what is new.

        Args:
            runs: The runs.
            row: The task run as it is now.
            upto: Of the outputs, only those up to this sequence number.
        """
        self.row = row
        if self._complete:
            return
        rows = runs.cells(row["run_id"])
        for cell, cell_row in zip(self.cells, rows, strict=False):
            cell.row = cell_row
        address = run_address(row)
        self.cells += [CellView(cell_row, address) for cell_row in rows[len(self.cells) :]]
        self._refresh_outputs(runs, upto)
        self._complete = upto is None and not is_active(row)

    def _refresh_outputs(self, runs: RunRecords, upto: int | None) -> None:
        run_id = self.row["run_id"]
        cells = {cell.row["position"]: cell for cell in self.cells}
        version, changed, cleared = runs.history.since(run_id, self._version)
        known, self._version = self.last, version
        for position in cleared:
            if position in cells:
                cells[position].clear()
        # What was changed or cleared before the first look is read as it is now, like all else;
        # but a browser that comes back may still have it as it was.
        for sequence in changed:
            row = runs.output(run_id, sequence) if sequence <= known else None
            if row is not None and row["position"] in cells:
                cells[row["position"]].blocks.change(row)
        for output in runs.outputs(run_id, known):
            if upto is not None and output["sequence"] > upto:
                break
            self.last = output["sequence"]
            if output["position"] in cells:
                cells[output["position"]].blocks.add(output)

    def mark_seen(self, runs: RunRecords) -> None:
        """Take the outputs read so far as known to the browser, as they were at first."""
        _version, changed, _cleared = runs.history.since(self.row["run_id"], 0)
        for cell in self.cells:
            cell.blocks.take_changed()
            for sequence in changed:
                cell.blocks.touch(sequence)


class RunView:
    """A job run with its tasks, or one task run.

    Args:
        runs: The runs.
        run_id: Of either kind.

    Raises:
        ApiError: There is no such run.
    """

    def __init__(self, runs: RunRecords, run_id: int) -> None:
        self._runs = runs
        self.row = runs.get(run_id)
        self.tasks: list[TaskView] = []
        self._shown: dict[str, object] = {}

    @property
    def is_task(self) -> bool:
        """Whether it is a task run."""
        return self.row["parent_id"] is not None

    @property
    def is_inline(self) -> bool:
        """Whether the page shows the tasks' cells, or only links to them."""
        return len(self.tasks) <= MAX_TASKS_INLINE

    @property
    def is_active(self) -> bool:
        """Whether it is not at its end."""
        return is_active(self.row)

    @property
    def address(self) -> str:
        """The path of its page."""
        return run_address(self.row)

    @property
    def parameters(self) -> dict[str, Any]:
        """What the run was given: the job's parameters, and the call's."""
        given = self.row["parameters"] or {}
        found = {p["name"]: p.get("value", "") for p in given.get("job_parameters") or []}
        override = given.get("overriding_parameters") or {}
        return {**found, **(override.get("notebook_params") or {})}

    @property
    def last(self) -> int:
        """Sequence number of the last output that was read."""
        return max((task.last for task in self.tasks), default=0)

    def refresh(self, upto: int | None = None) -> None:
        """Read what is new; ``upto`` as for :meth:`TaskView.refresh`."""
        run_id = self.row["run_id"]
        self.row = self._runs.get(run_id)
        rows = [self.row] if self.is_task else self._runs.tasks(run_id)
        known = len(self.tasks)
        self.tasks += [TaskView(row) for row in rows[known:]]
        for task, row in zip(self.tasks, rows, strict=True):
            if self.is_inline:
                task.refresh(self._runs, row, upto)
            else:
                task.row = row

    def mark_seen(self) -> None:
        """Take all outputs read so far as known to the browser."""
        for task in self.tasks:
            task.mark_seen(self._runs)

    def changes(self) -> list[Fragment]:
        """What differs from the last call; the first call gives every part but known outputs."""
        return [part for part in self._parts() if part is not None]

    def _parts(self) -> Iterator[Fragment | None]:
        yield self._part("run-head", "run", _signature(self.row), "run_head", self)
        listed = tuple(_signature(task.row) for task in self.tasks)
        yield self._part("task-list", "run", listed, "task_list", self)
        if not self.is_inline:
            return
        for task in self.tasks:
            run_id = task.row["run_id"]
            yield self._once(f"task-{run_id}", "tasks", "task_frame", task)
            focus = task.focus.key if task.focus else None
            state = (*_signature(task.row), focus, bool(task.cells))
            yield self._part(f"task-head-{run_id}", f"task-{run_id}", state, "task_head", task)
            for cell in task.cells:
                yield from self._cell_parts(cell, run_id)

    def _cell_parts(self, cell: CellView, run_id: int) -> Iterator[Fragment | None]:
        row = cell.row
        yield self._once(f"cell-{cell.key}", f"cells-{run_id}", "cell_frame", cell)
        state = (row["state"], row["started_ms"], row["ended_ms"])
        head = f"cell-head-{cell.key}"
        yield self._part(head, f"cell-{cell.key}", state, "cell_head", cell)
        if cell.is_markdown:
            return
        if cell.is_cleared:
            cell.is_cleared = False
            cell.blocks.take_changed()
            html = fragment("cell_outputs", cell, True)
            yield Fragment(f"outputs-{cell.key}", f"cell-{cell.key}", html)
            return
        for block in cell.blocks.take_changed():
            html = fragment("block", cell, block)
            yield Fragment(f"out-{cell.key}-{block.index}", f"outputs-{cell.key}", html)

    def _part(
        self, name: str, into: str, signature: object, macro: str, value: object
    ) -> Fragment | None:
        if self._shown.get(name) == signature:
            return None
        self._shown[name] = signature
        return Fragment(name, into, fragment(macro, value))

    def _once(self, name: str, into: str, macro: str, value: object) -> Fragment | None:
        if name in self._shown:
            return None
        self._shown[name] = True
        return Fragment(name, into, fragment(macro, value), keep=True)


def run_address(row: Row) -> str:
    """The path of a run's page."""
    return f"/jobs/{row['job_id'] or 0}/runs/{row['run_id']}"


def _signature(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _RUN_FIELDS)
