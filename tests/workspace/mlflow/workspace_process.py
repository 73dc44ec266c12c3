"""A real server with what MLflow's clients call, as a process: ``FOLDER TOKEN [CHILD]``.

Prints its address once it serves. CHILD is a program to run in MLflow's place.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from brickyard.workspace.api.app import build_app
from brickyard.workspace.api.auth import Gate
from brickyard.workspace.api.routing import Service
from brickyard.workspace.files import DbfsService, FilesService
from brickyard.workspace.home import Home
from brickyard.workspace.identity.service import IdentityService
from brickyard.workspace.mlflow.pages import routes
from brickyard.workspace.mlflow.server import MlflowServer
from brickyard.workspace.mlflow.service import MlflowService

WORKSPACE_ID = 4711


def main(folder: Path, token: str, child: list[str]) -> None:
    home = Home.create(folder)
    gate = Gate(token, "ada@example.com", ["127.0.0.1", "localhost"])
    server = MlflowServer(home, (sys.executable, *child)) if child else MlflowServer(home)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        del app
        await server.start()
        yield
        await server.stop()

    services: list[Service] = [
        IdentityService(),
        DbfsService(home),
        FilesService(home),
        MlflowService(home, server, WORKSPACE_ID),
    ]
    pages = routes(gate, server, login="/login")
    app = build_app(gate, WORKSPACE_ID, services, pages, lifespan)
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
