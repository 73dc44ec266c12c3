"""From what a run's process says to the outputs that are kept, some of which change again.

A progress bar is one row that is written over as it moves; so is an output that a notebook updates.
Who watches a run reads new rows by their sequence numbers, and asks the history for changed ones.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection, delete, func, insert, select, update

from brickyard.runtime.protocol import Event, Piece
from brickyard.workspace.store.tables import outputs

Json = dict[str, Any]

_MAX_RUNS = 50
_MAX_CHANGES = 1000


@dataclass
class _Changes:
    rows: OrderedDict[int, int] = field(default_factory=OrderedDict)
    cells: OrderedDict[int, int] = field(default_factory=OrderedDict)


class OutputHistory:
    """Which outputs were changed after they were kept; of the latest runs, in memory only."""

    def __init__(self) -> None:
        self._version = 0
        self._runs: OrderedDict[int, _Changes] = OrderedDict()

    def note(self, run_id: int, sequence: int) -> None:
        """An output has other content."""
        self._set(self._of(run_id).rows, sequence)

    def note_clear(self, run_id: int, position: int) -> None:
        """A cell has lost its outputs."""
        self._set(self._of(run_id).cells, position)

    def since(self, run_id: int, version: int) -> tuple[int, list[int], list[int]]:
        """What has changed.

        Args:
            run_id: The task run.
            version: What the last call gave; 0 at first.

        Returns:
            The version now, sequence numbers of changed outputs, positions of cleared cells.
        """
        changes = self._runs.get(run_id, _Changes())
        rows = [sequence for sequence, at in changes.rows.items() if at > version]
        cells = [position for position, at in changes.cells.items() if at > version]
        return self._version, rows, cells

    def _of(self, run_id: int) -> _Changes:
        changes = self._runs.setdefault(run_id, _Changes())
        self._runs.move_to_end(run_id)
        if len(self._runs) > _MAX_RUNS:
            self._runs.popitem(last=False)
        return changes

    def _set(self, changes: OrderedDict[int, int], key: int) -> None:
        self._version += 1
        changes[key] = self._version
        changes.move_to_end(key)
        if len(changes) > _MAX_CHANGES:
            changes.popitem(last=False)


class OutputEdit:
    """Changes of a run's outputs that are kept together.

    Args:
        connection: Of the transaction.
        history: Is told of what changes.
        run_id: The task run.
    """

    def __init__(self, connection: Connection, history: OutputHistory, run_id: int) -> None:
        self._connection = connection
        self._history = history
        self._run_id = run_id

    def add(self, position: int, kind: str, content: Json) -> int:
        """Keep an output of a cell; returns its sequence number."""
        values = {"run_id": self._run_id, "position": position, "kind": kind, "content": content}
        key = self._connection.execute(insert(outputs).values(values)).inserted_primary_key
        assert key is not None  # noqa: S101 - only an insert of many rows gives none
        return int(key[0])

    def rewrite(self, sequence: int, content: Json) -> None:
        """Give an output other content."""
        self._connection.execute(
            update(outputs).where(outputs.c.sequence == sequence).values(content=content)
        )
        self._history.note(self._run_id, sequence)

    def clear(self, position: int) -> None:
        """Remove the outputs of a cell.

        The last one is emptied instead: SQLite would give its number again, and who has read it
        would not read the next.
        """
        of_cell = (outputs.c.run_id == self._run_id) & (outputs.c.position == position)
        last = self._connection.execute(select(func.max(outputs.c.sequence)).where(of_cell))
        sequence = last.scalar()
        if sequence is None:
            return
        self._connection.execute(delete(outputs).where(of_cell, outputs.c.sequence < sequence))
        self._connection.execute(
            update(outputs)
            .where(outputs.c.sequence == sequence)
            .values(kind="stream", content={"name": "stdout", "text": ""})
        )
        self._history.note_clear(self._run_id, position)


class OutputStore(Protocol):
    """Where outputs are kept."""

    def edit_outputs(self, run_id: int) -> AbstractContextManager[OutputEdit]:
        """Change a run's outputs in one transaction."""
        ...


class OutputLog:
    """Keeps what one run's processes put out.

    Args:
        store: Where.
        run_id: The task run.
    """

    def __init__(self, store: OutputStore, run_id: int) -> None:
        self._store = store
        self._run_id = run_id
        self._open: dict[tuple[int, str], int] = {}
        # Outputs that may be updated: by name, the cell and the row of each.
        self._named: dict[str, list[tuple[int, int]]] = {}

    def take(self, event: Event) -> None:
        """Keep what an event says, if it is of output."""
        kind = event["event"]
        if kind not in ("printed", "output", "clear"):
            return
        with self._store.edit_outputs(self._run_id) as edit:
            if kind == "printed":
                for piece in event["pieces"]:
                    self._print(edit, event["position"], piece)
            elif kind == "output":
                self._show(edit, event)
            else:
                edit.clear(event["position"])
                self._open.clear()
                for name, rows in self._named.items():
                    self._named[name] = [row for row in rows if row[0] != event["position"]]

    def _print(self, edit: OutputEdit, position: int, piece: Piece) -> None:
        name, key = piece["name"], (position, piece["name"])
        contents = list(_contents(piece))
        row = self._open.pop(key, None)
        if row is not None:
            first = contents.pop(0) if contents else {"name": name, "text": ""}
            edit.rewrite(row, first)
            if first.get("open"):
                self._open[key] = row
        for content in contents:
            sequence = edit.add(position, "stream", content)
            if content.get("open"):
                self._open[key] = sequence

    def _show(self, edit: OutputEdit, event: Event) -> None:
        name: str | None = event.get("display_id")
        if name is not None and event["update"]:
            for _position, sequence in self._named.get(name, []):
                edit.rewrite(sequence, event["content"])
            return
        sequence = edit.add(event["position"], event["kind"], event["content"])
        if name is not None:
            self._named.setdefault(name, []).append((event["position"], sequence))


def _contents(piece: Piece) -> Iterator[Json]:
    """A piece as contents of rows: what is finished, and what may be written over."""
    if piece["text"]:
        yield {"name": piece["name"], "text": piece["text"]}
    if piece["open"]:
        yield {"name": piece["name"], "text": piece["open"], "open": True}
