"""Putting the workspace together and serving it until SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import json
import logging
import os
import shutil
import signal
import socket
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from sqlalchemy.exc import DatabaseError
from starlette.applications import Starlette

from brickyard.errors import BrickyardError
from brickyard.runtime.paths import DRIVER_DISK
from brickyard.workspace.api.app import build_app
from brickyard.workspace.api.auth import Gate
from brickyard.workspace.api.routing import Service
from brickyard.workspace.compute.libraries import ClusterLibraries, LibrariesService
from brickyard.workspace.compute.pools import Pools
from brickyard.workspace.compute.prepare import Prepared, folders_of, prepare
from brickyard.workspace.compute.service import ClustersService
from brickyard.workspace.compute.strays import MARK, end_strays
from brickyard.workspace.files import DbfsService, FilesService
from brickyard.workspace.files.mounts import Mounts
from brickyard.workspace.home import Home, write_private
from brickyard.workspace.identity.service import IdentityService
from brickyard.workspace.jobs.changes import Changes
from brickyard.workspace.jobs.children import ChildRunsService
from brickyard.workspace.jobs.manager import RunManager
from brickyard.workspace.jobs.records import JobRecords, RunRecords
from brickyard.workspace.jobs.render import Renderer
from brickyard.workspace.jobs.service import JobsService
from brickyard.workspace.jobs.settings import load_types
from brickyard.workspace.jobs.surroundings import Surroundings
from brickyard.workspace.jobs.task_values import TaskValuesService
from brickyard.workspace.mlflow import pages as mlflow_pages
from brickyard.workspace.mlflow.server import MlflowServer
from brickyard.workspace.mlflow.service import MlflowService
from brickyard.workspace.notebooks.files import NotebookFiles
from brickyard.workspace.notebooks.service import WorkspaceService
from brickyard.workspace.secrets.service import SecretsService
from brickyard.workspace.store import Store, unreadable
from brickyard.workspace.web import WebPages

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """How to serve.

    Attributes:
        home: The home folder.
        host: Address to bind; loopback unless the user says otherwise.
        port: Port to bind; 0 takes a free one.
        token: A token to use instead of the kept or a new one.
        requirements: A requirements file of what every run is to find installed.
        run_memory: The limit of a run's memory in bytes, where its cluster sets none.
    """

    home: Path
    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = None
    requirements: Path | None = None
    run_memory: int | None = None


def serve(
    settings: Settings,
    ready: Callable[[str], None],
    told: Callable[[str], None] = lambda _line: None,
) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        settings: How to serve.
        ready: Called once with the workspace's address, when it answers.
        told: Called with what is being done before that, when it takes long.

    Raises:
        BrickyardError: The home is in use or cannot be used, the port is taken, or the
            requirements cannot be installed.
    """
    home = Home.create(settings.home)
    lock = home.lock()
    try:
        listener = _listen(settings.host, settings.port)
        url = f"http://{_reachable(settings.host)}:{listener.getsockname()[1]}"
        prepared = prepare(home, settings.requirements, told)
        workspace = _assemble(home, url, settings, prepared)
        server = _Server(
            uvicorn.Config(
                workspace.app,
                log_level="warning",
                access_log=False,
                lifespan="on",
                timeout_graceful_shutdown=3,
                server_header=False,
            ),
            lambda: ready(url),
            workspace.say_goodbye,
        )
        _announce(home, url)
        # The server raises a signal it was stopped by once more when it is done: to be ignored.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        server.run(sockets=[listener])
        listener.close()
    finally:
        home.address_file.unlink(missing_ok=True)
        os.close(lock)


def _assemble(home: Home, url: str, settings: Settings, prepared: Prepared) -> Workspace:
    try:
        return Workspace(home, url, settings, prepared)
    except DatabaseError as exc:
        raise unreadable(home.database, str(exc.orig)) from exc


class Workspace:
    """All services of one home.

    Args:
        home: The home folder, locked by this process.
        url: The workspace's address.
        settings: How it is served.
        prepared: The environments, and the one that runs without libraries get.
    """

    def __init__(self, home: Home, url: str, settings: Settings, prepared: Prepared) -> None:
        workspace_id = zlib.crc32(home.key("workspace.id", 8)) + 1
        user = f"{getpass.getuser()}@brickyard.local"
        self._mark = home.mark
        hosts = {"127.0.0.1", "localhost", "::1", settings.host}
        gate = Gate(home.token(settings.token), user, hosts)
        self._store = Store(home.database)
        folders = folders_of(home)
        changes = Changes()
        jobs, runs = JobRecords(self._store), RunRecords(self._store, changes)
        self._pools = Pools(folders, {MARK: self._mark}, prepared.default)
        self._environments = prepared.environments
        self._libraries = ClusterLibraries(
            self._store,
            prepared.environments,
            prepared.to_local,
            prepared.items,
            self._pools.warm,
        )
        clusters = ClustersService(self._store, self._end_cluster, self._libraries.refresh)
        notebooks = NotebookFiles(home)
        notebooks.make_directories(f"/Users/{user}")
        self._runs_folder = home.runs
        self._driver_disk = home.scratch / DRIVER_DISK
        self._mlflow = MlflowServer(home)
        self._mounts = Mounts(home, self._store)
        around = Surroundings(
            notebooks,
            clusters,
            self._libraries,
            self._pools,
            gate,
            folders,
            home.runs,
            url,
            workspace_id,
            self._mounts.points,
            settings.run_memory,
        )
        self._manager = RunManager(jobs, runs, around)
        renderer = Renderer(url, workspace_id)
        services: list[Service] = [
            IdentityService(),
            JobsService(jobs, runs, self._manager, renderer),
            ChildRunsService(gate, runs, self._manager, renderer),
            TaskValuesService(gate, runs),
            clusters,
            LibrariesService(self._libraries),
            WorkspaceService(home, notebooks),
            DbfsService(home, mounts=self._mounts),
            self._mounts,
            FilesService(home),
            SecretsService(home, self._store),
            MlflowService(home, self._mlflow, workspace_id),
        ]
        self._pages = WebPages(gate, jobs, runs, changes, self._manager, url)
        self.app = build_app(
            gate,
            workspace_id,
            services,
            [*mlflow_pages.routes(gate, self._mlflow, login="/login"), *self._pages.routes()],
            self._lifespan,
        )

    def say_goodbye(self) -> None:
        """End what would otherwise last as long as a browser's page is open."""
        self._pages.stop()
        self._manager.say_goodbye()

    async def _warm_up(self) -> None:
        """Start what takes seconds of computing, one after the other: runs come first."""
        try:
            await asyncio.to_thread(load_types)  # the SDK's types, for the first job
            await self._pools.default.warm.wait()
            await self._mlflow.start()
            await asyncio.to_thread(self._environments.sweep)
        except Exception:
            # The boundary: it must neither go unseen nor stand in the way of a clean end.
            log.exception("What runs beside the workspace could not be started")

    async def _end_cluster(self, cluster_id: str) -> None:
        await self._manager.end_on_cluster(cluster_id)

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        del app
        end_strays(MARK, self._mark)
        self._manager.reconcile()
        self._mounts.restore()
        # Of runs that a killed server carried, and what runs leave on a driver's own disk.
        for leavings in (*self._runs_folder.iterdir(), self._driver_disk):
            shutil.rmtree(leavings, ignore_errors=True)
        await self._pools.start()
        background = asyncio.create_task(self._warm_up())
        try:
            yield
        finally:
            background.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await background
            await self._manager.stop()
            await self._libraries.stop()
            await self._pools.stop()
            await self._mlflow.stop()
            self._store.close()


class _Server(uvicorn.Server):
    """Says when it answers."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], goodbye: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._goodbye = goodbye

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then call back."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams that pages hold open, which the server would wait for; then stop."""
        self._goodbye()
        await super().shutdown(sockets)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as exc:
        listener.close()
        raise BrickyardError(
            f"The workspace cannot listen on {host}:{port}: {exc.strerror}.",
            "Name another with --port N; --port 0 takes a free one.",
        ) from exc
    return listener


def _reachable(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 - only compared
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _announce(home: Home, url: str) -> None:
    content = json.dumps({"url": url, "pid": os.getpid()})
    write_private(home.address_file, content.encode())
