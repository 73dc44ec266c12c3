"""How much output is kept (docs: notebook limits): 10 MB a cell, 30 MB a run, cut with a note.

Databricks may fail a run on a job cluster that puts out more than 30 MB; here it goes on, and the
note says so.
"""

from __future__ import annotations

from collections import deque

from brickyard.runtime import protocol

MB = 1024 * 1024

# Of what is left out of a cell, the end is kept: it tells most.
TAIL = 64 * 1024


class Allowance:
    """What a run may still put out, in characters.

    Args:
        used: What the run had put out before this process.
    """

    def __init__(self, used: int = 0) -> None:
        self.used = used
        self.cell_limit = protocol.CELL_OUTPUT_LIMIT
        self._cell = 0
        self._left_out = 0
        self._tail: deque[tuple[str, str]] = deque()
        self._tail_size = 0

    def take(self, size: int) -> bool:
        """Use up some, if there is so much."""
        if self._left_out or size > self._room:
            return False
        self._use(size)
        return True

    def give_back(self, size: int) -> None:
        """Have some again: an output was replaced by a smaller one."""
        self._use(-size)

    def clear(self) -> None:
        """The cell's output was removed."""
        self._use(-self._cell)
        self._left_out = self._tail_size = 0
        self._tail.clear()

    def admit(self, name: str, text: str) -> tuple[str, str]:
        """Take text, which must be redacted: it may be cut anywhere.

        Returns:
            What is kept, and the note where it was cut; the rest waits, for :meth:`end_cell`.
        """
        if self.take(len(text)):
            return text, ""
        kept = ""
        if not self._left_out:
            kept = text[: self._room]
            self._use(len(kept))
        note = "" if self._left_out else self._note()
        self._leave_out(name, text[len(kept) :])
        return kept, note

    def refuse(self) -> str:
        """Leave out an output that is not text; returns the note, if this is the first."""
        note = "" if self._left_out else self._note()
        self._left_out += 1
        return note

    def end_cell(self) -> list[tuple[str, str]]:
        """Begin the next cell; returns the end of what was left out of the last."""
        tail = list(self._tail)
        skipped = self._left_out - self._tail_size
        if tail and skipped > 1:
            tail.insert(0, ("stderr", f"\n*** {skipped / MB:.1f} MB are left out here. ***\n"))
        self._cell = self._left_out = self._tail_size = 0
        self._tail.clear()
        return tail

    @property
    def _room(self) -> int:
        return max(0, min(self.cell_limit - self._cell, protocol.RUN_OUTPUT_LIMIT - self.used))

    def _use(self, size: int) -> None:
        self._cell += size
        self.used += size

    def _note(self) -> str:
        if self.cell_limit - self._cell <= protocol.RUN_OUTPUT_LIMIT - self.used:
            limit = f"{self.cell_limit // MB} MB, the limit of a cell"
            hint = "%set_cell_max_output_size_in_mb sets it, up to 20."
        else:
            limit = f"{protocol.RUN_OUTPUT_LIMIT // MB} MB, the limit of a run"
            hint = "Databricks may fail a job's run for this."
        return f"\n*** Output over {limit}, is not kept. {hint} ***\n"

    def _leave_out(self, name: str, text: str) -> None:
        self._left_out += len(text)
        text = text[-TAIL:]
        self._tail.append((name, text))
        self._tail_size += len(text)
        while self._tail_size > TAIL:
            first, old = self._tail.popleft()
            spare = max(0, len(old) - (self._tail_size - TAIL))
            self._tail_size -= len(old) - spare
            if spare:
                self._tail.appendleft((first, old[-spare:]))
