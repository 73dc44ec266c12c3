"""MLflow's own pages and its plain http API under ``/mlflow``, as MLflow serves them.

The pages name everything relative to their own address, so that a prefix taken off on the way in
is all they need. A browser must have the trailing slash for that, and gets it by a redirect.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from brickyard.workspace.api.app import error_response, guarded
from brickyard.workspace.api.auth import Gate
from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.mlflow.forward import Forwarder
from brickyard.workspace.mlflow.server import MlflowServer

PREFIX = "/mlflow"


def routes(gate: Gate, server: MlflowServer, *, login: str | None = None) -> list[BaseRoute]:
    """The routes of MLflow's pages, behind the gate.

    Args:
        gate: Checks each request.
        server: MLflow.
        login: Where a browser without a session is sent; None answers 401.
    """
    pages = _Pages(Forwarder(server))

    def page(path: str, answer: ASGIApp) -> Route:
        return Route(path, _Application(guarded(gate, answer, login=login)))

    return [
        page(PREFIX, RedirectResponse(f"{PREFIX}/")),
        page(f"{PREFIX}/", pages),
        # What a page or a client calls is answered 401, not sent to where a person signs in.
        Route(f"{PREFIX}/{{path:path}}", _Application(guarded(gate, pages))),
        # The addresses that MLflow prints for a databricks tracking URI.
        page("/ml/experiments/{path:path}", _experiment_page),
        page("/explore/data/models/{path:path}", _model_page),
    ]


class _Application:
    """A route takes a function for a request handler, and only an object for an application."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._inner(scope, receive, send)


class _Pages:
    def __init__(self, forwarder: Forwarder) -> None:
        self._forwarder = forwarder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        path = scope["raw_path"].removeprefix(PREFIX.encode())
        try:
            response: Response = await self._forwarder.stream(request, path)
        except ApiError as error:
            response = error_response(error)
        await response(scope, receive, send)


async def _experiment_page(scope: Scope, receive: Receive, send: Send) -> None:
    """``/ml/experiments/…`` to the same page of MLflow's own."""
    page = f"{PREFIX}/#/experiments/{scope['path_params']['path']}"
    await RedirectResponse(page)(scope, receive, send)


async def _model_page(scope: Scope, receive: Receive, send: Send) -> None:
    """``…/<catalog>/<schema>/<model>[/version/<n>]`` to the page of MLflow's registry."""
    catalog, schema, model, *rest = [*scope["path_params"]["path"].split("/"), "", ""][:5]
    name = ".".join(part for part in (catalog, schema, model) if part)
    version = f"/versions/{rest[1]}" if rest[:1] == ["version"] else ""
    await RedirectResponse(f"{PREFIX}/#/models/{name}{version}")(scope, receive, send)
