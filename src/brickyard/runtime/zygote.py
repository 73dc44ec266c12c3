"""The process that has everything imported and forks a run off in milliseconds (design D2).

It imports, and starts nothing: no thread, no engine, no channel. One child always waits, prepared,
on the server's socket; whoever receives a run tells the zygote, which then prepares the next.
What every run needs is imported first, so that runs can start at once; what notebooks usually
import comes after, and then a child that has it takes the place of the one that has not.

It also sees that nothing of a run stays. Runs adopt what their descendants leave behind, and the
zygote adopts what a run leaves that ends: whoever is its child without having been forked by it
is ended. So it is when the server ends, however that ends.
"""

from __future__ import annotations

import argparse
import array
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import NoReturn

from brickyard.runtime.paths import probe_namespace
from brickyard.runtime.process import Prepared, adopt_orphans, die_with_parent, leave, settle
from brickyard.runtime.proctree import children
from brickyard.runtime.protocol import Folders
from brickyard.runtime.shell import NotebookShell

# What notebooks usually import, so that their import cells cost nothing. Absent ones are skipped.
USUAL_IMPORTS = (
    "databricks.sdk",
    "mlflow",
    "mlflow.pyfunc",
    "mlflow.tracking.client",
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "sklearn",
    "lightgbm",
    "mlflow.lightgbm",
    "pyarrow.parquet",
)

_SPARE_DELAY_SECONDS = 0.02
_RETRY_SECONDS = 0.1
# A killed process that waits for a disk ends when the disk answers; it is not waited for longer.
_END_SECONDS = 3.0


class Zygote:
    """Forks runs.

    Args:
        control: Datagram socket on which the server hands out runs' sockets; children share it.
        report: Descriptor on which exits are told to the server, a line of JSON each.
        folders: Roots of the platform's paths.
    """

    def __init__(self, control: socket.socket, report: int, folders: Folders) -> None:
        self._control = control
        self._report = report
        self._folders = folders
        self._taken_read, self._taken_write = os.pipe()
        self._retire_read, self._retire_write = os.pipe()
        self._shell = NotebookShell.instance()
        # The children that wait for a run; each that takes one, or dies before, is replaced.
        self._idle: set[int] = set()
        self._runs: set[int] = set()  # these, and the idle ones: all that were forked here

    def serve(self, usual_imports: Sequence[str]) -> None:
        """Fork until the server is gone.

        Args:
            usual_imports: What to import between forks, before all else is quiet.
        """
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, _end_all)
        self._fork()
        self._tell({"ready": True})
        poll = select.poll()
        poll.register(self._taken_read, select.POLLIN)
        poll.register(wake_read, select.POLLIN)
        todo = list(usual_imports)
        while True:
            for descriptor, _ in poll.poll(0 if todo else None):
                told = os.read(descriptor, 4096)
                if descriptor == self._taken_read:
                    self._stand_aside()
                    for pid in array.array("i", told):
                        self._replace(pid)
            self._reap()
            if todo:
                preload(todo.pop(0))
                if not todo:
                    self._renew()

    def _stand_aside(self) -> None:
        """Let the run that was just handed out go first, unless another waits already."""
        waiting = select.poll()
        waiting.register(self._control, select.POLLIN)
        waiting.poll(_SPARE_DELAY_SECONDS * 1000)

    def _renew(self) -> None:
        """Let a child that has all imports wait in place of the one that has not."""
        os.close(self._retire_write)
        os.close(self._retire_read)
        self._retire_read, self._retire_write = os.pipe()
        self._idle.clear()
        self._fork()
        self._tell({"warm": True})

    def _replace(self, pid: int) -> None:
        """Let another child wait in place of one that has taken a run, or has died waiting."""
        if pid in self._idle:
            self._idle.discard(pid)
            self._fork()

    def _fork(self) -> None:
        gc.collect()
        gc.freeze()  # shared pages stay shared: the collector would touch them all
        parent = os.getpid()
        child = _fork_patiently()
        if child != 0:
            self._idle.add(child)
            self._runs.add(child)
            return
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            settle(parent)
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            # Also where the server was started with SIGINT ignored, as shells do with "&".
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.close(self._retire_write)
            os.close(self._report)  # a daemon that kept it would hide the zygote's end
            prepared = Prepared(self._folders, self._shell)
            connection = _receive(self._control, self._retire_read)
            os.write(self._taken_write, array.array("i", [os.getpid()]).tobytes())
            # What a notebook writes to strange descriptors must not end the zygote, and all runs.
            os.close(self._taken_read)
            os.close(self._taken_write)
            self._control.close()
            prepared.serve(connection)
            leave()
        except KeyboardInterrupt:  # it came between two cells
            leave()
        except BaseException:  # noqa: BLE001
            # A forked child must never return into the zygote's loop, whatever went wrong.
            sys.excepthook(*sys.exc_info())
            os._exit(1)

    def _reap(self) -> None:
        """Wait for children that have ended, end what they left, and tell the server."""
        ended: list[dict[str, int]] = []
        while True:
            try:
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                break
            if found is None:
                break
            pid = found.si_pid
            if pid in self._runs:  # its number is its group's as long as nobody has waited for it
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
            _, status, usage = os.wait4(pid, 0)
            if pid in self._runs:
                self._runs.discard(pid)
                status = os.waitstatus_to_exitcode(status)
                ended.append({"pid": pid, "status": status, "peak": usage.ru_maxrss * 1024})
        if ended:
            _end_children(besides=self._runs)
        for report in ended:
            self._tell(report)
            if report["pid"] in self._idle:
                time.sleep(_RETRY_SECONDS)  # whatever ended it may end the next one too
                self._replace(report["pid"])

    def _tell(self, message: Mapping[str, int]) -> None:
        try:
            os.write(self._report, json.dumps(message).encode() + b"\n")
        except BrokenPipeError:  # the server is gone
            _end_all()


def _end_children(besides: set[int]) -> None:
    """Kill all children but these, and theirs, who become ours when their parents have ended."""
    deadline = time.monotonic() + _END_SECONDS
    while (doomed := children(os.getpid()) - besides) and time.monotonic() < deadline:
        for pid in doomed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in doomed:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.001)


def _end_all(_number: int = 0, _frame: FrameType | None = None) -> NoReturn:
    """End every run and all that runs have started, and then this process."""
    _end_children(besides=set())
    os._exit(0)


def _fork_patiently() -> int:
    """Fork, as soon as the machine has room for a process: giving up would end all runs."""
    while True:
        try:
            return os.fork()
        except OSError as exc:
            print(f"The zygote cannot fork yet: {exc}", file=sys.stderr, flush=True)
            time.sleep(_RETRY_SECONDS)


def _receive(control: socket.socket, retire: int) -> socket.socket:
    """Wait for the server to hand out a run's socket; end the process when it is to retire.

    Whoever retires does not read any more, so no run is lost with it.
    """
    control.setblocking(False)
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(retire, select.POLLIN)
    while True:
        if any(descriptor == retire for descriptor, _ in poll.poll()):
            os._exit(0)
        try:
            _data, ancillary, _flags, _address = control.recvmsg(1, socket.CMSG_SPACE(4))
        except BlockingIOError:
            continue  # another child was quicker
        for level, kind, payload in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                descriptors = array.array("i")
                descriptors.frombytes(payload[: len(payload) - len(payload) % 4])
                os.set_inheritable(descriptors[0], False)
                return socket.socket(fileno=descriptors[0])


def _close_all_but(*kept: int) -> None:
    """Close what was handed down by mistake: libuv leaves copies of the server's own output."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - numbers, not paths
        if int(name) > 2 and int(name) not in kept:
            with contextlib.suppress(OSError):  # the one that listed them
                os.close(int(name))


def preload(name: str) -> None:
    """Import a module, if it is installed."""
    with contextlib.suppress(ImportError):
        importlib.import_module(name)


def main() -> None:
    """Entry: ``python -m brickyard.runtime.zygote``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--report", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--folders", required=True)
    options = parser.parse_args()
    _close_all_but(options.control, options.report)
    die_with_parent(options.parent, signal.SIGTERM)
    adopt_orphans()
    probe_namespace()  # forks inherit the proof, and need no trial of their own
    for descriptor in (options.control, options.report):
        os.set_inheritable(descriptor, False)
    control = socket.socket(fileno=options.control)
    Zygote(control, options.report, Folders(**json.loads(options.folders))).serve(USUAL_IMPORTS)


if __name__ == "__main__":
    main()
