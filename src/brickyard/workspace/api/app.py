"""The ASGI application: every service's operations behind one gate and one error shape."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from brickyard.workspace.api.auth import Gate
from brickyard.workspace.api.call import Call, read_fields
from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.api.known import operation_name
from brickyard.workspace.api.routing import Operation, Service

log = logging.getLogger(__name__)

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def build_app(
    gate: Gate,
    workspace_id: int,
    services: Iterable[Service],
    pages: Iterable[BaseRoute],
    lifespan: Lifespan,
) -> Starlette:
    """Put the application together.

    Args:
        gate: Checks each request.
        workspace_id: The number by which clients know this workspace.
        services: What answers ``/api``.
        pages: Routes of the web pages and of whatever speaks ASGI itself; they get the gate's
            check through :func:`guarded`.
        lifespan: Starts and stops what runs beside the server.

    Returns:
        The ASGI application.
    """
    routes: list[BaseRoute] = [
        Route("/.well-known/databricks-config", _host_config(workspace_id), methods=["GET"]),
    ]
    for service in services:
        for operation in service.operations():
            handler = _endpoint(gate, operation)
            routes += [Route(p, handler, methods=[operation.method]) for p in operation.paths()]
    routes += pages
    unknown = _not_found(gate)

    async def wrong_method(request: Request, _exc: Exception) -> Response:
        return unknown(request)

    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={405: wrong_method})
    app.router.default = _answer(unknown)
    app.router.redirect_slashes = False
    return app


def guarded(gate: Gate, inner: ASGIApp, *, login: str | None = None) -> ASGIApp:
    """Wrap an ASGI application so that only the authenticated reach it.

    Args:
        gate: Checks each request.
        inner: The application.
        login: Where a browser without session is sent; None answers 401.
    """

    async def app(scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        try:
            gate.check(request)
        except ApiError as error:
            response = error_response(error)
            if login is not None and error.status == 401:
                response = RedirectResponse(
                    f"{login}?{urlencode({'next': request.url.path})}", status_code=303
                )
            await response(scope, receive, send)
            return
        await inner(scope, receive, send)

    return app


def error_response(error: ApiError) -> Response:
    """Render an error in Databricks' shape."""
    return JSONResponse(
        {"error_code": error.code, "message": error.message}, status_code=error.status
    )


def _endpoint(gate: Gate, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            user = gate.check(request)
            fields = (
                {**request.query_params, **request.path_params}
                if operation.raw
                else await read_fields(request)
            )
            reply = await operation.handler(Call(request, fields, user))
        except ApiError as error:
            return error_response(error)
        except Exception:
            # The boundary: what a handler did not foresee is logged whole and answered in shape.
            log.exception("%s %s failed", request.method, request.url.path)
            return error_response(
                ApiError(
                    500,
                    "INTERNAL_ERROR",
                    f"{request.method} {request.url.path} failed inside the local workspace; "
                    "its log has the traceback.",
                )
            )
        return reply if isinstance(reply, Response) else JSONResponse(reply)

    return endpoint


def _not_found(gate: Gate) -> Callable[[Request], Response]:
    def refuse(request: Request) -> Response:
        try:
            gate.check(request)
        except ApiError as refusal:
            return error_response(refusal)
        return error_response(_unknown_operation(request.method, request.url.path))

    return refuse


def _answer(respond: Callable[[Request], Response]) -> ASGIApp:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await respond(Request(scope, receive))(scope, receive, send)

    return app


def _unknown_operation(method: str, path: str) -> ApiError:
    name = operation_name(method, path)
    if name is not None:
        return ApiError(
            501, "NOT_IMPLEMENTED", f"{name} ({method} {path}) is not implemented locally."
        )
    return ApiError(404, "ENDPOINT_NOT_FOUND", f"No API found for '{method} {path}'")


def _host_config(workspace_id: int) -> Callable[[Request], Awaitable[Response]]:
    """What the SDK asks first; there is no OIDC endpoint here, only tokens."""

    async def endpoint(request: Request) -> Response:
        del request
        return JSONResponse({"oidc_endpoint": "", "workspace_id": str(workspace_id)})

    return endpoint
