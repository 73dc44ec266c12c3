"""The processes that runs live in: handed out by a zygote, or started cold.

The server and a run's process talk over one socket pair (``runtime.protocol``); this module owns
the other end, and the signals.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from brickyard.runtime.protocol import Event, Folders, RunSpec, stream

log = logging.getLogger(__name__)

# One event is one line; a displayed table may have 2 MB and a figure more.
_LINE_LIMIT = 64 * 1024 * 1024
_EXIT_GRACE_SECONDS = 5.0
# Variables that point the user's own shell at some workspace.
_NOT_FOR_RUNS = ("DATABRICKS_", "MLFLOW_", "BRICKYARD_")
# Runs share the machine: OpenMP threads that spin while they wait make each other many times
# slower (LightGBM trained in 60 s instead of 12 beside one busy process).
_DEFAULTS = {"OMP_WAIT_POLICY": "PASSIVE", "MPLBACKEND": "Agg"}
_RESTART_DELAY_SECONDS = 1.0
# Between a process's end and the end of its socket, which its daemons may hold open.
_EOF_GRACE_SECONDS = 1.0
# How long an exit is kept that nobody has asked for: a process may end before its hello is read.
_UNASKED_EXIT_SECONDS = 60.0
# A zygote that has to import everything first takes some seconds, on a busy machine many.
_START_LIMIT_SECONDS = 120.0


class RunProcess:
    """One run's process, seen from the server.

    Attributes:
        pid: Its process id and group; 0 until it has said hello.
        ended: Set when nothing is left of it.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.pid = 0
        self.ended = asyncio.Event()
        self._reader = reader
        self._writer = writer
        self._position = 0
        loop = asyncio.get_running_loop()
        self._start_limit = loop.call_later(_START_LIMIT_SECONDS, self.hang_up)

    async def events(self) -> AsyncIterator[Event]:
        """What the process says, until it closes its end."""
        while True:
            try:
                line = await self._reader.readline()
            except (ConnectionError, ValueError) as exc:
                log.warning("The socket of process %d broke: %s", self.pid, exc)
                return
            if not line.endswith(b"\n"):
                return  # the end, or half a line of a process that was killed
            if not line.startswith(b"{"):  # where a native crash was, written by faulthandler
                yield stream(self._position, "stderr", line.decode("utf-8", "replace"))
                continue
            event: Event = json.loads(line)
            if event["event"] == "hello":
                self.pid = int(event["pid"])
                self._start_limit.cancel()
            elif event["event"] == "cell":
                self._position = event["position"]
            yield event

    def hang_up(self) -> None:
        """Listen no longer: to one that never started, or whose daemons keep the socket open."""
        self._writer.transport.abort()

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the notebook."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGINT)

    def kill(self) -> None:
        """End the process and all that it started."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Let go of the socket of a process that has ended."""
        self._start_limit.cancel()
        self._writer.close()
        self.ended.set()


class ProcessPool:
    """Hands out processes for runs.

    Args:
        folders: Roots of the platform's paths, the same for every run.
        environment: What processes start with, on top of the server's own environment.

    Attributes:
        ready: Set while a run can start at once.
        warm: Set while a run also finds the usual modules imported.
    """

    def __init__(self, folders: Folders, environment: dict[str, str]) -> None:
        self._folders = json.dumps(asdict(folders))
        own = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_FOR_RUNS)}
        self._environment = {**_DEFAULTS, **own, **environment}
        self._control: socket.socket | None = None
        self._zygote: Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._processes: set[RunProcess] = set()
        self._watchers: set[asyncio.Task[Any]] = set()
        self._exits: dict[int, asyncio.Future[int]] = {}
        self.ready = asyncio.Event()
        self.warm = asyncio.Event()

    async def start(self) -> None:
        """Start the zygote, where the system can fork (Linux)."""
        if sys.platform == "linux":
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._control.setblocking(False)
            self._keeper = asyncio.create_task(self._keep_zygote(theirs))
        else:
            self.ready.set()
            self.warm.set()

    async def stop(self) -> None:
        """End every process."""
        for process in list(self._processes):
            process.kill()
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
        if self._zygote is not None and self._zygote.returncode is None:
            self._zygote.kill()
            await self._zygote.wait()

    async def launch(self, spec: RunSpec, *, cold: bool = False) -> RunProcess:
        """Start a run.

        Args:
            spec: What to run.
            cold: Take a new interpreter, because the run's libraries shadow the zygote's.
        """
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=_LINE_LIMIT)
        process = RunProcess(reader, writer)
        self._processes.add(process)
        try:
            if cold or self._control is None:
                await self._start_cold(theirs, process, spec.libraries)
            else:
                descriptors = array.array("i", [theirs.fileno()])
                await self._hand_out(descriptors.tobytes())
            writer.write(spec.to_json().encode() + b"\n")
            with contextlib.suppress(ConnectionError):  # it is gone: its events will say so
                await writer.drain()
        except BaseException:
            self.retire(process)
            raise
        finally:
            theirs.close()
        return process

    def retire(self, process: RunProcess, leavings: Path | None = None) -> None:
        """End what is left of a process and its group, without waiting for that.

        Args:
            process: The process.
            leavings: A folder to remove when it has ended.
        """
        task = asyncio.create_task(self._end(process, leavings))
        self._watchers.add(task)
        task.add_done_callback(self._watchers.discard)

    async def finish(self, process: RunProcess, leavings: Path | None = None) -> int | None:
        """End what is left of a process and its group.

        Args:
            process: The process.
            leavings: A folder to remove when it has ended.

        Returns:
            How it ended: its exit status, or minus the signal; None when that never became known.
        """
        return await asyncio.shield(self._end(process, leavings))

    async def _end(self, process: RunProcess, leavings: Path | None) -> int | None:
        status = None
        if process.pid:
            with contextlib.suppress(TimeoutError):
                status = await asyncio.wait_for(self._exit_of(process.pid), _EXIT_GRACE_SECONDS)
            process.kill()
            self._exits.pop(process.pid, None)
        process.close()
        self._processes.discard(process)
        if leavings is not None:
            await asyncio.to_thread(shutil.rmtree, leavings, ignore_errors=True)
        return status

    def _exit_of(self, pid: int) -> asyncio.Future[int]:
        """The exit of a process, which may be told before anyone asks for it."""
        return self._exits.setdefault(pid, asyncio.get_running_loop().create_future())

    async def _hand_out(self, descriptor: bytes) -> None:
        assert self._control is not None  # noqa: S101 - the caller has looked
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptor)]
        while True:
            try:
                self._control.sendmsg([b"1"], ancillary)
                return
            except BlockingIOError:
                await asyncio.sleep(0.01)  # more runs at once than the socket's buffer holds

    async def _start_cold(
        self, connection: socket.socket, process: RunProcess, libraries: str
    ) -> None:
        """Start an interpreter that finds the run's own libraries before it imports anything."""
        others = self._environment.get("PYTHONPATH")
        path = os.pathsep.join([libraries, others]) if others else libraries
        child = await self._spawn(
            "brickyard.runtime.process",
            [connection.fileno()],
            "--connection",
            connection.fileno(),
            environment={**self._environment, "PYTHONPATH": path},
        )
        process.pid = child.pid
        watcher = asyncio.create_task(self._watch(child))
        self._watchers.add(watcher)
        watcher.add_done_callback(self._watchers.discard)

    async def _watch(self, child: Process) -> None:
        self._take_exit(child.pid, await child.wait())

    async def _keep_zygote(self, theirs: socket.socket) -> None:
        """Run the zygote, and another when it dies: runs that wait on the socket stay there."""
        while True:
            try:
                status = await self._run_zygote(theirs.fileno())
                log.warning("The zygote ended with status %s; another is started.", status)
            except OSError as exc:
                log.warning("The zygote cannot be started yet: %s", exc)
            self.ready.clear()
            self.warm.clear()
            await asyncio.sleep(_RESTART_DELAY_SECONDS)

    async def _run_zygote(self, control: int) -> int:
        """Start one and listen to it until it ends; returns its exit status."""
        reader, writer = os.pipe()
        try:
            self._zygote = await self._spawn(
                "brickyard.runtime.zygote",
                [control, writer],
                "--control",
                control,
                "--report",
                writer,
            )
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        await self._read_reports(reader)
        return await self._zygote.wait()

    async def _read_reports(self, descriptor: int) -> None:
        stream = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        with os.fdopen(descriptor, "rb") as pipe:
            transport, _protocol = await loop.connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(stream), pipe
            )
            try:
                while line := await stream.readline():
                    self._take_report(json.loads(line))
            finally:
                transport.close()

    def _take_report(self, report: dict[str, int]) -> None:
        if "ready" in report:
            self.ready.set()
            return
        if "warm" in report:
            self.warm.set()
            return
        self._take_exit(report["pid"], report["status"])

    def _take_exit(self, pid: int, status: int) -> None:
        future = self._exit_of(pid)
        if not future.done():
            future.set_result(status)
        loop = asyncio.get_running_loop()
        for process in self._processes:
            if process.pid == pid:
                loop.call_later(_EOF_GRACE_SECONDS, process.hang_up)
                return
        loop.call_later(_UNASKED_EXIT_SECONDS, self._forget_exit, pid, future)

    def _forget_exit(self, pid: int, exit_: asyncio.Future[int]) -> None:
        """Drop an exit that nobody asked for, lest it be taken for a later process's."""
        if self._exits.get(pid) is exit_:
            del self._exits[pid]

    async def _spawn(
        self,
        module: str,
        descriptors: list[int],
        *options: object,
        environment: dict[str, str] | None = None,
    ) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # the folder that the server was started in is not the notebooks'
            "-m",
            module,
            *map(str, options),
            "--parent",
            str(os.getpid()),
            "--folders",
            self._folders,
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=descriptors,
            # A terminal's Ctrl-C is for the server, who ends its processes; a run leads a group.
            start_new_session=True,
            env=environment or self._environment,
        )
