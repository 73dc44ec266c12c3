"""What outlives a run's process: its output pipes, and a journal of what it has not sent yet.

The workspace makes them, hands them to the process, and keeps its own ends. A process may be killed
at any instruction; what it had taken and not sent is then found here. The journal is memory without
a name: text in it is not redacted yet, and never reaches a disk.
"""

from __future__ import annotations

import mmap
import os
import socket
import struct
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STREAMS = ("stdout", "stderr")

# Far more than waits before it is sent; pages that are never touched cost nothing. A secret of the
# largest size (128 KB), in its longest form, must fit twice for each stream while it is held back.
CAPACITY = 8 * 1024 * 1024

# Number of the sending that will take the journal's content, and the length of that content.
_HEAD = struct.Struct("<QQ")
_RECORD = struct.Struct("<BI")
_GREETING = b"o"

Record = tuple[str, bytes]


@dataclass(frozen=True)
class Outlets:
    """The descriptors.

    Attributes:
        readers: Of the pipes for stdout and stderr.
        writers: Their other ends; none at the workspace, which only reads.
        journal: The journal's memory.
    """

    readers: tuple[int, int]
    writers: tuple[int, int]
    journal: int

    @classmethod
    def create(cls) -> Outlets:
        """Make them."""
        (out, out_end), (err, err_end) = os.pipe(), os.pipe()
        return cls((out, err), (out_end, err_end), _memory())

    @classmethod
    def adopt(cls, descriptors: Sequence[int]) -> Outlets:
        """The reverse of :attr:`descriptors`, in the process that they were handed to."""
        out, err, out_end, err_end, journal = descriptors
        return cls((out, err), (out_end, err_end), journal)

    def send(self, connection: socket.socket) -> None:
        """Hand them to the process at the other end of a socket, and keep the readers' side."""
        socket.send_fds(connection, [_GREETING], self.descriptors)
        self.close_writers()

    @classmethod
    def receive(cls, connection: socket.socket) -> Outlets | None:
        """Take them from the workspace; None when it has given up."""
        try:
            _data, descriptors, _flags, _address = socket.recv_fds(connection, len(_GREETING), 5)
        except ConnectionError:
            return None
        for descriptor in descriptors:
            os.set_inheritable(descriptor, False)
        return cls.adopt(descriptors) if len(descriptors) == 5 else None

    @property
    def descriptors(self) -> list[int]:
        """All, to be handed on."""
        return [*self.readers, *self.writers, self.journal]

    def close_writers(self) -> None:
        """Let go of the ends that only the process is to have."""
        for descriptor in self.writers:
            os.close(descriptor)

    def close_rest(self) -> None:
        """Let go of the readers and the journal."""
        for descriptor in (*self.readers, self.journal):
            os.close(descriptor)


class Journal:
    """Bytes that a process has taken and not sent yet, in memory that outlives it.

    Args:
        descriptor: The memory; the journal has a mapping of its own afterwards.

    Attributes:
        number: Of the sending that will take what is there.
        size: Bytes in use.
    """

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, CAPACITY)
        self.number = 0
        self.size = 0
        # Where each record's bytes start, and whose they are; the last goes on to the end.
        self._starts: list[tuple[int, int]] = []
        self._stream = -1
        self.restart([])

    def append(self, stream: int, data: bytes) -> int:
        """Take bytes of a stream; the caller sees to it that they fit.

        KeyboardInterrupt may come between any two steps: at worst the bytes are not there, or
        count to the stream before.

        Returns:
            Bytes in use.
        """
        start = _HEAD.size + self.size
        if stream != self._stream:
            start += _RECORD.size
            self._starts.append((start, stream))
            self._stream = stream
        memory, end = self._memory, start + len(data)
        memory[start:end] = data
        first = self._starts[-1][0]
        _RECORD.pack_into(memory, first - _RECORD.size, stream, end - first)
        self.size = size = end - _HEAD.size
        # The length comes last: whoever reads after a crash finds whole records only.
        _HEAD.pack_into(memory, 0, self.number, size)
        return size

    def records(self) -> list[Record]:
        """What is there, in order."""
        end = _HEAD.size + self.size
        ends = [start - _RECORD.size for start, _ in self._starts[1:]] + [end]
        return [
            (STREAMS[stream], self._memory[start:stop])
            for (start, stream), stop in zip(self._starts, ends, strict=False)
            if start <= stop <= end
        ]

    def restart(self, kept: Iterable[tuple[int, bytes]]) -> None:
        """Begin again, with what could not be sent yet."""
        self.number += 1
        self.size, self._stream = 0, -1
        self._starts.clear()
        _HEAD.pack_into(self._memory, 0, self.number, 0)
        for stream, data in kept:
            if data:
                self.append(stream, data)


def read_journal(descriptor: int) -> tuple[int, list[Record]]:
    """What a process that has died left in its journal.

    Returns:
        The number of the sending that would have taken it, and the records.
    """
    head = os.pread(descriptor, _HEAD.size, 0)
    if len(head) < _HEAD.size:
        return 0, []
    number, size = _HEAD.unpack(head)
    return number, _records(os.pread(descriptor, min(size, CAPACITY), _HEAD.size))


def _records(data: bytes) -> list[Record]:
    found, position = [], 0
    while position + _RECORD.size <= len(data):
        stream, size = _RECORD.unpack_from(data, position)
        position += _RECORD.size
        if stream >= len(STREAMS):
            break
        found.append((STREAMS[stream], data[position : position + size]))
        position += size
    return found


def _memory() -> int:
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("brickyard-output")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, CAPACITY)
    return descriptor
