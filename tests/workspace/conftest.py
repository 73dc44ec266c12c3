"""Services served over real HTTP, and the unmodified SDK to drive them."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from brickyard.workspace.api.app import build_app
from brickyard.workspace.api.auth import Gate
from brickyard.workspace.api.routing import Service
from brickyard.workspace.home import Home
from brickyard.workspace.store import Store

TOKEN = "dapi-test-token"
USER = "ada@example.com"


@dataclass
class Served:
    """A running server."""

    url: str
    gate: Gate
    token: str = TOKEN
    user: str = USER

    def sdk(self) -> WorkspaceClient:
        """An official client of it."""
        config = Config(
            host=self.url,
            token=TOKEN,
            auth_type="pat",
            retry_timeout_seconds=2,
            config_file="/none",
        )
        return WorkspaceClient(config=config)

    def http(self, *, token: str | None = TOKEN) -> httpx.Client:
        """A bare HTTP client of it."""
        headers = {"authorization": f"Bearer {token}"} if token is not None else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=10)


class Serve:
    """One server for the session; calling it makes the given services the ones that answer.

    Starting and stopping a server takes longer than most tests, so each test swaps its application
    in instead.
    """

    def __init__(self) -> None:
        self._app: ASGIApp = _no_services
        config = uvicorn.Config(
            self._dispatch,
            host="127.0.0.1",
            port=0,
            log_level="error",
            lifespan="off",
            interface="asgi3",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            time.sleep(0.002)
        self._port: int = self._server.servers[0].sockets[0].getsockname()[1]

    def __call__(self, *services: Service) -> Served:
        gate = Gate(TOKEN, USER, ["127.0.0.1", "localhost"])
        self._app = build_app(gate, 42, services, [], _no_lifespan)
        return Served(f"http://127.0.0.1:{self._port}", gate)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)

    def forget(self) -> None:
        self._app = _no_services

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


async def _no_services(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError(f"a request came outside a test: {scope}")


@asynccontextmanager
async def _no_lifespan(_app: Starlette) -> AsyncIterator[None]:
    yield


@pytest.fixture(scope="session")
def session_server() -> Iterator[Serve]:
    """The one server."""
    server = Serve()
    yield server
    server.stop()


@pytest.fixture
def serve(session_server: Serve) -> Iterator[Serve]:
    """Serves the given services until the test ends."""
    yield session_server
    session_server.forget()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home folder."""
    return Home.create(tmp_path / "home")


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    """The home's database."""
    opened = Store(home.database)
    yield opened
    opened.close()
