"""Sending events to the workspace: printed text coalesced for a moment, the rest as it comes."""

from __future__ import annotations

import base64
import json
import os
import socket
import threading
import time
from collections.abc import Iterable
from typing import Any, Final

from brickyard.runtime import protocol
from brickyard.runtime.events.limits import MB, Allowance
from brickyard.runtime.events.outlets import STREAMS, Journal, Outlets
from brickyard.runtime.events.printed import Printer
from brickyard.runtime.events.shield import Shield
from brickyard.runtime.redaction import Redactor

_COALESCE_SECONDS: Final = 0.05
# So much text is sent without waiting for the moment to end.
_FULL: Final = 256 * 1024
# So many lines of each moment are sent at once: people watch what is slow.
_PROMPT_LINES: Final = 5
_TEXTS: Final = ("exit_value", "error", "error_trace")


class Channel:
    """The process's end of the run's socket.

    Args:
        connection: The socket.
        redactor: Hides secrets in everything that is sent.
        outlets: What the workspace keeps when the process dies; None makes some.
        used: What the run had put out before this process, in characters.
    """

    def __init__(
        self,
        connection: socket.socket,
        redactor: Redactor,
        outlets: Outlets | None = None,
        used: int = 0,
    ) -> None:
        self.redactor = redactor
        self.position = 0
        self.allowance = Allowance(used)
        self._connection = connection
        self._owner = os.getpid()
        self._lock = threading.RLock()
        self._shield = Shield()
        self._printer = Printer(redactor)
        self._journal = Journal((outlets or Outlets.create()).journal)
        self._open: set[str] = set()
        self._sizes: dict[str, int] = {}
        self._clear_next = False
        self._wake = threading.Event()
        self._waking = False
        self._moment = 0.0
        self._prompt = 0
        redactor.listener = self._tell_secret

    def start(self) -> None:
        """Begin to send pending text by itself every moment."""
        threading.Thread(target=self._pump, name="brickyard-output", daemon=True).start()

    @property
    def is_over(self) -> bool:
        """Whether the workspace wants no further cell: it has said so, or has gone."""
        try:
            self._connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        return True

    def send(self, event: protocol.Event) -> None:
        """Send an event after the text that was printed before it."""
        with self._lock, self._shield:
            self._flush()
            self._send_pieces(self._printer.settle())
            self._write(self._hide(event))

    def output(self, event: protocol.Event) -> None:
        """Send an output, unless the cell or the run has used up its allowance.

        A fork of the notebook's has no channel: there it does nothing.
        """
        if os.getpid() != self._owner:
            return
        with self._lock, self._shield:
            self._flush()
            self._do_clear()
            event = self._hide(event)
            line = _line(event)
            display_id = event.get("display_id")
            if event.get("update"):
                self.allowance.give_back(self._sizes.get(display_id or "", 0))
            if self.allowance.take(len(line)):
                if display_id:
                    self._sizes[display_id] = len(line)
                self._send_pieces(self._printer.settle())
                self._connection.sendall(line)
                return
            kinds = ", ".join(event["content"])
            note = f"*** An output of {len(line) / MB:.1f} MB is left out: {kinds}. ***\n"
            if first := self.allowance.refuse():
                self._note(first + note)

    def print(self, stream: int, data: bytes) -> None:
        """Take bytes for a stream: 0 is stdout, 1 is stderr; at most 1 MB."""
        with self._lock:
            size = self._journal.append(stream, data)
            if size >= _FULL or (data[-1:] == b"\n" and self._is_prompt()):
                with self._shield:
                    self._flush()
            elif not self._waking:
                self._waking = True
                self._wake.set()

    def flush(self) -> None:
        """End the cell's text: also tails held back lest they become secrets, unfinished lines."""
        with self._lock, self._shield:
            self._flush(final=True)
            self._do_clear()
            for name, text in self.allowance.end_cell():
                self._write(protocol.stream(self.position, name, self.redactor.text(text)))

    def clear(self, wait: bool = False) -> None:
        """Remove what the cell has put out; when waiting, at its next output."""
        with self._lock, self._shield:
            if os.getpid() != self._owner:
                return
            self._flush()
            self._clear_next = True
            if not wait:
                self._do_clear()

    def limit_cells(self, megabytes: str) -> None:
        """What ``%set_cell_max_output_size_in_mb`` does.

        Raises:
            ValueError: Not a whole number from 1 to 20.
        """
        text = megabytes.strip()
        if not text.isdecimal() or not 1 <= int(text) <= 20:
            raise ValueError(
                f"%set_cell_max_output_size_in_mb takes a whole number from 1 to 20, not {text!r}."
            )
        self.allowance.cell_limit = int(text) * MB

    def _is_prompt(self) -> bool:
        """Whether a line goes out at once; of many in a row the rest waits for a moment."""
        now = time.monotonic()
        if now - self._moment > _COALESCE_SECONDS:
            self._moment, self._prompt = now, 0
        self._prompt += 1
        return self._prompt <= _PROMPT_LINES

    def _pump(self) -> None:
        while True:
            self._wake.wait()
            time.sleep(_COALESCE_SECONDS)
            with self._lock:
                self._wake.clear()
                self._waking = False
                self._flush()

    def _flush(self, *, final: bool = False) -> None:
        """Send what is in the journal; what must be held back stays there, or goes too."""
        if not self._journal.size and not final:
            return
        pieces, held = self._printer.feed(self._journal.records())
        if final:
            pieces += self._printer.finish(held)
            held = {}
        self._send_pieces(pieces, self._journal.number)
        self._journal.restart((STREAMS.index(name), data) for name, data in held.items())

    def _send_pieces(self, pieces: Iterable[protocol.Piece], number: int = 0) -> None:
        """Send text as far as the allowance goes."""
        kept: list[protocol.Piece] = []
        for piece in pieces:
            name = piece["name"]
            text, note = self.allowance.admit(name, piece["text"])
            unfinished = piece["open"] if text == piece["text"] else ""
            if text or unfinished or name in self._open:
                kept.append({"name": name, "text": text, "open": unfinished})
            (self._open.add if unfinished else self._open.discard)(name)
            if note:
                kept.append({"name": "stderr", "text": note, "open": ""})
        if kept:
            self._do_clear()
            self._write(protocol.printed(self.position, number, kept))

    def _note(self, text: str) -> None:
        self._write(protocol.stream(self.position, "stderr", text))

    def _do_clear(self) -> None:
        if self._clear_next:
            self._clear_next = False
            self._open.clear()
            self._sizes.clear()
            self.allowance.clear()
            self._printer = Printer(self.redactor)
            self._write(protocol.clear(self.position))

    def _tell_secret(self, secret: str) -> None:
        """Let the workspace know what to hide in what this process may leave when it dies."""
        with self._lock, self._shield:
            self._write(protocol.secret(secret))

    def _hide(self, event: protocol.Event) -> protocol.Event:
        """An event without secrets: only texts of the user's, lest one be a word of ours."""
        hidden = dict(event)
        if "content" in event:
            hidden["content"] = self.redactor.content(event["content"])
        for name in _TEXTS:
            if event.get(name) is not None:
                hidden[name] = self.redactor.text(event[name])
        return hidden

    def _write(self, event: protocol.Event) -> None:
        self._connection.sendall(_line(event))


def _line(event: protocol.Event) -> bytes:
    line = json.dumps(event, default=_plain, ensure_ascii=False)
    # Half a surrogate pair is a Python text, but none that could be stored or shown.
    return line.encode("utf-8", "replace") + b"\n"


def _plain(value: Any) -> str:
    """What JSON has no form for; binary is shown in base64, as on the platform."""
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    return str(value)


def now_ms() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000
