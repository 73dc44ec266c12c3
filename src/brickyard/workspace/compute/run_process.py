"""One run's process, seen from the server: its socket (``runtime.protocol``), and its signals."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from brickyard.runtime.events import Outlets, Remains
from brickyard.runtime.protocol import STOP, Event, RunSpec, stream
from brickyard.workspace.compute import memory
from brickyard.workspace.compute.exits import Exit, oom_kills

log = logging.getLogger(__name__)

# One event is one line; a displayed table may have 2 MB and a figure more.
_LINE_LIMIT = 64 * 1024 * 1024
_CRASH = b"Fatal Python error"
# A zygote that has to import everything first takes some seconds, on a busy machine many.
_START_LIMIT_SECONDS = 120.0
_NOT_THE_USERS = (
    b"/IPython/core/interactiveshell.py",
    b"/brickyard/runtime/",
    b"Extension modules:",
)


class RunProcess:
    """One run's process.

    Args:
        reader: Its events.
        writer: The other direction.
        outlets: What is left of its output when it dies.
        spec: What it runs; sent when it has said hello, so that none runs whose number is unknown.
        memory_limit: How much memory its processes may have together, in bytes.
        started: Called once when it has said hello, or will not any more.

    Attributes:
        pid: Its process id and group; 0 until it has said hello.
        ended: Set when nothing is left of it.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        outlets: Outlets,
        spec: RunSpec,
        memory_limit: int | None,
        started: Callable[[], None],
    ) -> None:
        self.pid = 0
        self.ended = asyncio.Event()
        self._reader = reader
        self._writer = writer
        self._remains = Remains(outlets, spec.secrets)
        self._spec = spec
        self._position = 0
        self._started: Callable[[], None] | None = started
        self._memory_limit = memory_limit
        self._watcher: asyncio.Task[None] | None = None
        self._peak = 0
        self._below = False
        self._oom_kills = oom_kills()
        loop = asyncio.get_running_loop()
        self._start_limit = loop.call_later(_START_LIMIT_SECONDS, self.hang_up)
        self._greeting = asyncio.create_task(self._greet())

    @classmethod
    async def over(
        cls,
        connection: socket.socket,
        spec: RunSpec,
        memory_limit: int | None,
        started: Callable[[], None],
    ) -> RunProcess:
        """A process at the other end of a socket."""
        outlets = Outlets.create()
        outlets.send(connection)
        reader, writer = await asyncio.open_unix_connection(sock=connection, limit=_LINE_LIMIT)
        return cls(reader, writer, outlets, spec, memory_limit, started)

    async def events(self) -> AsyncIterator[Event]:
        """What the process says after its hello, until it closes its end."""
        await self._greeting
        crash = ""
        while line := await self._read_line():
            try:
                event: Event = json.loads(line)
            except ValueError:  # not ours; it may begin in the middle of an event, which is lost
                crash += self._crash(line[max(0, line.find(_CRASH)) :]) or ""
                continue
            self._remains.note(event)
            if event["event"] == "cell":
                self._position = event["position"]
            if event["event"] != "secret":
                yield event
        if (left := self._remains.read(self._position)) is not None:
            yield left
        if crash:
            yield stream(self._position, "stderr", crash)

    def hang_up(self) -> None:
        """Listen no longer: to one that never started, or whose daemons keep the socket open."""
        self._writer.transport.abort()

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the notebook, and have no further cell begin."""
        if self.pid:
            self._writer.write(STOP)
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGINT)

    def kill(self) -> None:
        """End the process and all that it started."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def completed(self, end: Exit) -> Exit:
        """What is known of the process's end, with what was seen of its memory."""
        if self._peak:
            return replace(end, limit=self._memory_limit or 0, peak=self._peak)
        return replace(end, kernel_kills=oom_kills() - self._oom_kills)

    def close(self) -> None:
        """Let go of the socket of a process that has ended."""
        self._start_limit.cancel()
        self._greeting.cancel()
        self._say_started()
        if self._watcher is not None:
            self._watcher.cancel()
        self._writer.close()
        self._remains.close()
        self.ended.set()

    async def _greet(self) -> None:
        """Wait for the hello, and answer it."""
        line = await self._read_line()
        self._start_limit.cancel()
        self._say_started()
        if not line:
            return
        self.pid = int(json.loads(line)["pid"])
        self._writer.write(self._spec.to_json().encode() + b"\n")
        if self._memory_limit is not None:
            self._watcher = asyncio.create_task(self._watch_memory(self._memory_limit))

    async def _read_line(self) -> bytes:
        """A whole line; nothing at the end, or for half a line of a process that was killed."""
        try:
            line = await self._reader.readline()
        except ConnectionError:  # it ended without having read all, or was hung up on
            return b""
        except ValueError as exc:
            log.warning("Process %d said more than can be read: %s", self.pid, exc)
            return b""
        return line if line.endswith(b"\n") else b""

    async def _watch_memory(self, limit: int) -> None:
        self._peak = await memory.watch(self.pid, limit)
        self.kill()

    def _crash(self, line: bytes) -> str | None:
        """A line of where a native crash was, written by faulthandler, as far as it is the user's.

        Below the notebook's own frames come IPython's and ours, and a list of native modules.
        """
        self._below = self._below or any(word in line for word in _NOT_THE_USERS)
        return None if self._below else self._remains.hide(line.decode("utf-8", "replace"))

    def _say_started(self) -> None:
        started, self._started = self._started, None
        if started is not None:
            started()
