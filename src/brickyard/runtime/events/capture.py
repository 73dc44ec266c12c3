"""Catching what is printed: by Python, and by native code and sub-processes on descriptors."""

from __future__ import annotations

import io
import os
import select
import threading
from typing import Final

from brickyard.runtime.events.channel import Channel
from brickyard.runtime.events.outlets import STREAMS, Outlets

_CHUNK: Final = 1 << 16
_DRAIN_CHUNKS: Final = 256
# What is written is taken in pieces: a print of 100 MB is not to take that much again.
_PIECE: Final = 1 << 18


class _Forked:
    """Whether this process is a fork of the run's: asking for its id at each write is slower."""

    def __init__(self) -> None:
        self.here = False
        os.register_at_fork(after_in_child=self._note)

    def watch(self) -> None:
        """From now on: the run's own process is itself a fork."""
        self.here = False

    def _note(self) -> None:
        self.here = True


_FORKED = _Forked()


class StreamWriter(io.TextIOBase):
    """What ``sys.stdout`` and ``sys.stderr`` are in a notebook.

    Args:
        channel: Where text goes.
        name: ``stdout`` or ``stderr``.
        descriptor: The captured descriptor, for code that asks for ``fileno``.

    Attributes:
        buffer: For code that writes bytes.
    """

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, channel: Channel, name: str, descriptor: int) -> None:
        _FORKED.watch()
        self._channel = channel
        self._stream = STREAMS.index(name)
        self._descriptor = descriptor
        self.name = f"<{name}>"
        self.buffer = _Bytes(self)

    def write(self, text: str) -> int:
        """Send text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        size = len(text)
        if size <= _PIECE:
            self.write_bytes(text.encode("utf-8", "replace"))
            return size
        for start in range(0, size, _PIECE):
            self.write_bytes(text[start : start + _PIECE].encode("utf-8", "replace"))
        return size

    def write_bytes(self, data: bytes) -> None:
        """Send bytes."""
        if not _FORKED.here:
            self._channel.print(self._stream, data)
            return
        # A fork of the notebook's: the socket and its threads are not its own.
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The captured descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Never: output is recorded."""
        return False


class _Bytes(io.BufferedIOBase):
    """The binary side of a writer."""

    def __init__(self, writer: StreamWriter) -> None:
        self._writer = writer

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        """Send bytes."""
        for start in range(0, len(data), _PIECE):
            self._writer.write_bytes(bytes(data[start : start + _PIECE]))
        return len(data)

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The captured descriptor."""
        return self._writer.fileno()


class DescriptorCapture:
    """Reads what is written to descriptors 1 and 2 without Python's knowing.

    Args:
        channel: Where it goes.
        outlets: The pipes; their writing ends become the descriptors.
    """

    def __init__(self, channel: Channel, outlets: Outlets) -> None:
        self._channel = channel
        self._streams: dict[int, int] = {}
        self._lock = threading.Lock()
        for stream, reader in enumerate(outlets.readers):
            os.dup2(outlets.writers[stream], stream + 1, inheritable=True)
            os.set_blocking(reader, False)
            self._streams[reader] = stream
        outlets.close_writers()

    def start(self) -> None:
        """Begin to read."""
        threading.Thread(target=self._read, name="brickyard-capture", daemon=True).start()

    def drain(self) -> None:
        """Take all that is there now, so that it counts to the present cell."""
        with self._lock:
            for reader, stream in self._streams.items():
                for _ in range(_DRAIN_CHUNKS):  # a writer that never pauses must not hold us here
                    data = _read_now(reader)
                    if not data:
                        break
                    self._channel.print(stream, data)

    def _read(self) -> None:
        poll = select.poll()
        for reader in self._streams:
            poll.register(reader, select.POLLIN)
        watched = len(self._streams)
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
