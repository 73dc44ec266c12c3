"""The MLflow server as a child process: started beside the workspace, restarted, ended with it."""

from __future__ import annotations

import asyncio
import contextlib
import http
import importlib
import logging
import os
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from brickyard.workspace.home import Home

if TYPE_CHECKING:
    import aiohttp

log = logging.getLogger(__name__)

_PROGRAM = (sys.executable, "-m", "brickyard.workspace.mlflow.child")

_LONGEST_SOCKET_PATH = 100  # bytes; the kernel takes 107
_LARGEST_LOG = 4 << 20  # bytes
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds between a death and the next start
_STEADY = 60.0  # seconds after which a death counts as the first again
_SILENCE_SECONDS = 600.0  # the longest that MLflow may take to answer, or between two pieces
_IDLE_SECONDS = 60.0  # well below the child's own, see child._KEEP_ALIVE_SECONDS
_BACKLOG = 128

# What must not reach MLflow from the workspace's own surroundings: it would call out by itself.
_FOREIGN = ("MLFLOW_", "_MLFLOW_", "DATABRICKS_")


class MlflowServer:
    """MLflow on a Unix socket, so that no port is open to other users of the machine.

    The workspace opens the socket and keeps it: calls that come before the child listens, or
    while it restarts, wait in the socket's queue.

    Args:
        home: ``home.mlflow`` holds its database, socket and log; ``home.artifacts`` all artifacts.
        program: The child's command, to which :mod:`child`'s arguments are added.
    """

    def __init__(self, home: Home, program: Sequence[str] = _PROGRAM) -> None:
        self._home = home
        self._program = program
        self._socket = home.mlflow
        self._listener: socket.socket | None = None
        self._client: aiohttp.ClientSession | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._ready = asyncio.Event()

    @property
    def client(self) -> aiohttp.ClientSession:
        """A client whose calls go to MLflow, whatever their host; there once MLflow is ready."""
        if self._client is None:
            raise RuntimeError("The MLflow server is not ready.")
        return self._client

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is none."""
        return None if self._process is None else self._process.pid

    @property
    def log_file(self) -> Path:
        """What MLflow writes to its output."""
        return self._home.mlflow / "server.log"

    async def start(self) -> None:
        """Start MLflow in the background; returns at once."""
        self._socket = _socket_path(self._home.mlflow)
        self._listener = _listen(self._socket)
        self._keeper = asyncio.create_task(self._keep(), name="mlflow")

    async def ready(self, timeout_seconds: float = 60.0) -> bool:
        """Wait until MLflow answers.

        Returns:
            Whether it does.
        """
        try:
            await asyncio.wait_for(self._ready.wait(), timeout_seconds)
        except TimeoutError:
            return False
        return True

    async def stop(self) -> None:
        """End MLflow and let go of its socket."""
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
        if self._client is not None:
            await self._client.close()
        if self._listener is not None:
            self._listener.close()
            self._socket.unlink(missing_ok=True)
            if self._socket.parent != self._home.mlflow:
                self._socket.parent.rmdir()

    async def _keep(self) -> None:
        pause = _FIRST_PAUSE / 2
        while True:
            started = time.monotonic()
            try:
                end = f"status {await self._live()}"
            except OSError as exc:
                end = str(exc)
            lived = time.monotonic() - started
            pause = _FIRST_PAUSE if lived > _STEADY else min(pause * 2, _LONGEST_PAUSE)
            log.error(
                "MLflow ended with %s after %.0f s; it starts again in %.1f s. See %s",
                end,
                lived,
                pause,
                self.log_file,
            )
            await asyncio.sleep(pause)

    async def _live(self) -> int:
        """One life of the child; ends it when cancelled."""
        self._process = process = await self._spawn()
        greeting = asyncio.create_task(self._greet())
        try:
            return await process.wait()
        finally:
            self._ready.clear()
            greeting.cancel()
            self._process = None
            if process.returncode is None:
                await _end(process)

    async def _spawn(self) -> asyncio.subprocess.Process:
        if self._listener is None:
            raise RuntimeError("The socket is not open.")
        descriptor = self._listener.fileno()
        with _open_log(self.log_file) as output:
            return await asyncio.create_subprocess_exec(
                *self._program,
                str(descriptor),
                str(os.getpid()),
                str(self._home.mlflow / "mlflow.db"),
                str(self._home.artifacts),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=_environment(),
                pass_fds=[descriptor],
                # Ctrl-C in the terminal is for the workspace, which then ends MLflow itself.
                start_new_session=True,
            )

    async def _greet(self) -> None:
        """Call until MLflow answers."""
        # Imported here and aside, for it takes a quarter of a second that no call needs to wait.
        await asyncio.to_thread(importlib.import_module, "aiohttp")
        import aiohttp

        if self._client is None:
            self._client = _connect(self._socket)
        while not self._ready.is_set():
            try:
                async with self._client.get("http://localhost/health") as reply:
                    if reply.status == http.HTTPStatus.OK:
                        self._ready.set()
            except (aiohttp.ClientError, TimeoutError):
                # The child that took the connection has died; the next one will answer.
                await asyncio.sleep(_FIRST_PAUSE)


def _connect(path: Path) -> aiohttp.ClientSession:
    import aiohttp

    return aiohttp.ClientSession(
        connector=aiohttp.UnixConnector(str(path), limit=0, keepalive_timeout=_IDLE_SECONDS),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=_SILENCE_SECONDS),
        # What passes through is passed as it is.
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
    )


async def _end(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), 3)
    except TimeoutError:
        process.kill()
        await process.wait()


def _socket_path(folder: Path) -> Path:
    path = folder / "server.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    # A deep home: the kernel takes no longer path, so the socket goes to a private folder of /tmp.
    return Path(tempfile.mkdtemp(prefix="brickyard-mlflow-")) / "server.sock"


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(_BACKLOG)
    return listener


def _open_log(file: Path) -> BinaryIO:
    """The log, to be appended to; the last one is kept aside when it has grown."""
    if file.exists() and file.stat().st_size > _LARGEST_LOG:
        file.replace(file.with_suffix(".log.1"))
    return file.open("ab")


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_FOREIGN)}
    return {**kept, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
