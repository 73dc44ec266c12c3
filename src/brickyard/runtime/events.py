"""Sending events to the workspace, and catching whatever is printed.

Python's own prints are sent as they come, coalesced for a moment; what native code and
sub-processes write to descriptors 1 and 2 is read from pipes.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import select
import socket
import threading
import time
from typing import Final

from brickyard.runtime import protocol
from brickyard.runtime.redaction import Redactor

_COALESCE_SECONDS: Final = 0.05
_CHUNK: Final = 1 << 16
_DRAIN_CHUNKS: Final = 256
# So many lines of each moment are sent at once: a crash would take with it what waits.
_PROMPT_LINES: Final = 5
_TEXTS: Final = ("exit_value", "error", "error_trace")


class Channel:
    """The process's end of the run's socket.

    Args:
        connection: The socket.
        redactor: Hides secrets in everything that is sent.
    """

    def __init__(self, connection: socket.socket, redactor: Redactor) -> None:
        self.redactor = redactor
        self.position = 0
        self._connection = connection
        self._lock = threading.RLock()
        self._pending: list[tuple[str, str]] = []
        self._held = {"stdout": "", "stderr": ""}
        self._sent = 0
        self._wake = threading.Event()
        self._moment = 0.0
        self._prompt = 0

    def start(self) -> None:
        """Begin to send pending text by itself every moment."""
        threading.Thread(target=self._pump, name="brickyard-output", daemon=True).start()

    def send(self, event: protocol.Event) -> None:
        """Send an event after the text that was printed before it."""
        with self._lock:
            self._flush()
            self._write(self._hide(event))

    def _hide(self, event: protocol.Event) -> protocol.Event:
        """An event without secrets: only texts of the user's, lest one be a word of ours."""
        hidden = dict(event)
        if "content" in event:
            hidden["content"] = self.redactor.content(event["content"])
        for name in _TEXTS:
            if event.get(name) is not None:
                hidden[name] = self.redactor.text(event[name])
        return hidden

    def output(self, event: protocol.Event) -> None:
        """Send an output, unless the run has used up its allowance."""
        with self._lock:
            size = len(json.dumps(event["content"], default=str))
            if not self._spend(size):
                return
            self.send(event)

    def print(self, name: str, text: str) -> None:
        """Take text for a stream."""
        with self._lock:
            self._pending.append((name, text))
            if text.endswith("\n") and self._is_prompt():
                self._flush()
                return
        self._wake.set()

    def flush(self) -> None:
        """Send the text taken so far, also a tail held back lest it become a secret."""
        with self._lock:
            self._flush()
            for name, tail in self._held.items():
                if tail:
                    self._stream(name, self.redactor.text(tail))
                    self._held[name] = ""

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
            self._wake.clear()
            with self._lock:
                self._flush()

    def _flush(self) -> None:
        pending, self._pending = self._pending, []
        merged: list[tuple[str, list[str]]] = []
        for name, text in pending:
            if merged and merged[-1][0] == name:
                merged[-1][1].append(text)
            else:
                merged.append((name, [text]))
        for name, parts in merged:
            ready, self._held[name] = self.redactor.split(self._held[name] + "".join(parts))
            self._stream(name, ready)

    def _stream(self, name: str, text: str) -> None:
        for start in range(0, len(text), _CHUNK):
            piece = text[start : start + _CHUNK]
            if self._spend(len(piece)):
                self._write(protocol.stream(self.position, name, piece))

    def _spend(self, size: int) -> bool:
        before, self._sent = self._sent, self._sent + size
        if self._sent <= protocol.OUTPUT_LIMIT:
            return True
        if before <= protocol.OUTPUT_LIMIT:
            limit = protocol.OUTPUT_LIMIT >> 20
            note = f"\n*** Output over {limit} MB: the rest of this run's output is not kept. ***\n"
            self._write(protocol.stream(self.position, "stderr", note))
        return False

    def _write(self, event: protocol.Event) -> None:
        line = json.dumps(event, default=str, ensure_ascii=False)
        # Half a surrogate pair is a Python text, but none that could be stored or shown.
        self._connection.sendall(line.encode("utf-8", "replace") + b"\n")


class StreamWriter(io.TextIOBase):
    """What ``sys.stdout`` and ``sys.stderr`` are in a notebook.

    Args:
        channel: Where text goes.
        name: ``stdout`` or ``stderr``.
        descriptor: The captured descriptor, for code that asks for ``fileno``.
    """

    encoding = "utf-8"

    def __init__(self, channel: Channel, name: str, descriptor: int) -> None:
        self._channel = channel
        self._name = name
        self._descriptor = descriptor
        self._owner = os.getpid()

    def write(self, text: str) -> int:
        """Send text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if os.getpid() == self._owner:
            self._channel.print(self._name, text)
        else:  # a fork of the notebook's: the socket and its threads are not its own
            os.write(self._descriptor, text.encode("utf-8", "replace"))
        return len(text)

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The captured descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Never: output is recorded."""
        return False


class DescriptorCapture:
    """Reads what is written to descriptors 1 and 2 without Python's knowing."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._names: dict[int, str] = {}
        self._decoders: dict[int, codecs.IncrementalDecoder] = {}
        self._lock = threading.Lock()
        for descriptor, name in ((1, "stdout"), (2, "stderr")):
            reader, writer = os.pipe()
            os.dup2(writer, descriptor, inheritable=True)
            os.close(writer)
            os.set_blocking(reader, False)
            self._names[reader] = name
            self._decoders[reader] = codecs.getincrementaldecoder("utf-8")("replace")

    def start(self) -> None:
        """Begin to read."""
        threading.Thread(target=self._read, name="brickyard-capture", daemon=True).start()

    def drain(self) -> None:
        """Take all that is there now, so that it counts to the present cell."""
        with self._lock:
            for reader, name in self._names.items():
                for _ in range(_DRAIN_CHUNKS):  # a writer that never pauses must not hold us here
                    data = _read_now(reader)
                    if not data:
                        break
                    self._channel.print(name, self._decoders[reader].decode(data))

    def _read(self) -> None:
        poll = select.poll()
        for reader in self._names:
            poll.register(reader, select.POLLIN)
        watched = len(self._names)
        while watched:
            for reader, state in poll.poll():
                if not state & select.POLLIN:  # the notebook has put something else in its place
                    poll.unregister(reader)
                    watched -= 1
            self.drain()


def _read_now(reader: int) -> bytes:
    try:
        return os.read(reader, _CHUNK)
    except BlockingIOError:
        return b""


def now_ms() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000
