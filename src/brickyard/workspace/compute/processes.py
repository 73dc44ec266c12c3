"""The processes that runs live in: handed out by a zygote, or started cold where none can fork."""

from __future__ import annotations

import array
import asyncio
import contextlib
import json
import logging
import os
import secrets
import shutil
import signal
import socket
import sys
from asyncio.subprocess import Process
from dataclasses import asdict
from pathlib import Path
from typing import Any

from brickyard.runtime.paths import NAMESPACE_SWITCH
from brickyard.runtime.protocol import Folders, RunSpec
from brickyard.workspace.compute.exits import Exit
from brickyard.workspace.compute.run_process import RunProcess
from brickyard.workspace.compute.strays import ZYGOTE_MARK, end_strays

log = logging.getLogger(__name__)

# How long a process may take to end by itself, and then when it was killed.
_EXIT_GRACE_SECONDS = 5.0
_KILLED_SECONDS = 2.0
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
# A zygote needs a moment for each run that it starts: more at once would only wait in sockets.
_STARTS_AT_ONCE = 8


class ProcessPool:
    """Hands out processes for runs.

    Args:
        folders: Roots of the platform's paths, the same for every run.
        environment: What processes start with, on top of the server's own environment.
        python: The executable to start; the server's own when None.

    Attributes:
        ready: Set while a run can start at once.
        warm: Set while a run also finds the usual modules imported.
    """

    def __init__(
        self, folders: Folders, environment: dict[str, str], python: Path | None = None
    ) -> None:
        self._python = str(python or sys.executable)
        self._folders = json.dumps(asdict(folders))
        own = {
            k: v
            for k, v in os.environ.items()
            if k == NAMESPACE_SWITCH or not k.startswith(_NOT_FOR_RUNS)
        }
        self._environment = {**_DEFAULTS, **own, **environment}
        self._control: socket.socket | None = None
        self._zygote: Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._processes: set[RunProcess] = set()
        self._watchers: set[asyncio.Task[Any]] = set()
        self._exits: dict[int, asyncio.Future[Exit]] = {}
        self._starts = asyncio.Semaphore(_STARTS_AT_ONCE)
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
            self._zygote.terminate()  # it ends all that runs have started, wherever that went
            try:
                await asyncio.wait_for(self._zygote.wait(), _EXIT_GRACE_SECONDS)
            except TimeoutError:
                self._zygote.kill()
                await self._zygote.wait()

    async def launch(self, spec: RunSpec, memory_limit: int | None = None) -> RunProcess:
        """Start a run; when many start at once, wait until it is its turn.

        Args:
            spec: What to run.
            memory_limit: How much memory its processes may have together, in bytes.
        """
        await self._starts.acquire()
        try:
            ours, theirs = socket.socketpair()
            process = await RunProcess.over(ours, spec, memory_limit, self._starts.release)
        except BaseException:
            self._starts.release()
            raise
        self._processes.add(process)
        try:
            if self._control is None:
                await self._start_cold(theirs, process, spec.libraries)
            else:
                descriptors = array.array("i", [theirs.fileno()])
                await self._hand_out(descriptors.tobytes())
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

    async def finish(self, process: RunProcess, leavings: Path | None = None) -> Exit:
        """End what is left of a process and its group.

        Args:
            process: The process.
            leavings: A folder to remove when it has ended.

        Returns:
            How it ended.
        """
        return await asyncio.shield(self._end(process, leavings))

    async def _end(self, process: RunProcess, leavings: Path | None) -> Exit:
        end = Exit()
        if process.pid:
            end = await self._await_exit(process)
            del self._exits[process.pid]
        process.close()
        self._processes.discard(process)
        if leavings is not None:
            await asyncio.to_thread(shutil.rmtree, leavings, ignore_errors=True)
        return process.completed(end)

    async def _await_exit(self, process: RunProcess) -> Exit:
        exit_ = self._exit_of(process.pid)
        for seconds in (_EXIT_GRACE_SECONDS, _KILLED_SECONDS):
            done, _ = await asyncio.wait([exit_], timeout=seconds)
            if done:
                return exit_.result()
            process.kill()
        return Exit()

    def _exit_of(self, pid: int) -> asyncio.Future[Exit]:
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
        status = await child.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # what it has started; no zygote sees to that
        self._take_exit(child.pid, Exit(status))

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
        mark = secrets.token_hex(8)
        try:
            self._zygote = await self._spawn(
                "brickyard.runtime.zygote",
                [control, writer],
                "--control",
                control,
                "--report",
                writer,
                environment={**self._environment, ZYGOTE_MARK: mark},
            )
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        await self._read_reports(reader)
        status = await self._zygote.wait()
        await asyncio.to_thread(end_strays, ZYGOTE_MARK, mark)
        for process in list(self._processes):
            if process.pid and not self._exit_of(process.pid).done():
                self._take_exit(process.pid, Exit(zygote_lost=True))
        return status

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
        elif "warm" in report:
            self.warm.set()
        else:
            self._take_exit(report["pid"], Exit(report["status"], report["peak"]))

    def _take_exit(self, pid: int, end: Exit) -> None:
        future = self._exit_of(pid)
        if not future.done():
            future.set_result(end)
        loop = asyncio.get_running_loop()
        for process in self._processes:
            if process.pid == pid:
                loop.call_later(_EOF_GRACE_SECONDS, process.hang_up)
                return
        loop.call_later(_UNASKED_EXIT_SECONDS, self._forget_exit, pid, future)

    def _forget_exit(self, pid: int, exit_: asyncio.Future[Exit]) -> None:
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
            self._python,
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
