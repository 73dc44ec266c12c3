"""What a process that has died still had to say: read by the workspace."""

from __future__ import annotations

import os

from brickyard.runtime import protocol
from brickyard.runtime.events.outlets import STREAMS, Outlets, Record, read_journal
from brickyard.runtime.events.printed import Printer
from brickyard.runtime.redaction import Redactor

_CHUNK = 1 << 16
# A daemon that outlived the process may go on writing: more than pipes hold is not read.
_MOST = 2 * 1024 * 1024


class Remains:
    """Follows a process's events, so that what is left can be told from what has come.

    Args:
        outlets: The process's, of which this side keeps the readers and the journal.
        secrets: What is hidden from the start.
    """

    def __init__(self, outlets: Outlets, secrets: tuple[str, ...] = ()) -> None:
        self._outlets = outlets
        self._redactor = Redactor()
        for secret in secrets:
            self._redactor.add(secret)
        self._number = 0
        self._open: dict[str, str] = {}
        self._closed = False

    def note(self, event: protocol.Event) -> None:
        """Take notice of an event."""
        if event["event"] == "secret":
            self._redactor.add(event["value"])
        elif event["event"] == "clear":
            self._open.clear()
        elif event["event"] == "printed":
            self._number = max(self._number, event["number"])
            for piece in event["pieces"]:
                self._open[piece["name"]] = piece["open"]

    def hide(self, text: str) -> str:
        """A text without secrets."""
        return self._redactor.text(text)

    def read(self, position: int) -> protocol.Event | None:
        """What is left, as the last output of a cell; None when there is nothing."""
        if self._closed:
            return None
        number, records = read_journal(self._outlets.journal)
        if number <= self._number:
            records = []  # it died between sending them and noting that
        printer = Printer(self._redactor, self._open)
        pieces, held = printer.feed([*records, *self._drain()])
        pieces += printer.finish(held)
        return protocol.printed(position, 0, pieces) if pieces else None

    def close(self) -> None:
        """Let go of the descriptors."""
        if not self._closed:
            self._closed = True
            self._outlets.close_rest()

    def _drain(self) -> list[Record]:
        found: list[Record] = []
        for name, reader in zip(STREAMS, self._outlets.readers, strict=True):
            os.set_blocking(reader, False)
            data = bytearray()
            while len(data) < _MOST:
                try:
                    chunk = os.read(reader, _CHUNK)
                except BlockingIOError:
                    break
                if not chunk:
                    break
                data += chunk
            if data:
                found.append((name, bytes(data)))
        return found
