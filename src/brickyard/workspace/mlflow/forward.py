"""Passing calls on to MLflow: streaming both ways, or one JSON call at a time."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.mlflow.server import MlflowServer

if TYPE_CHECKING:
    import aiohttp

# Below the 60 s after which the Databricks SDK gives a call up.
_WAIT_SECONDS = 50.0

# Of one connection (RFC 9110 7.6.1), or for the workspace's gate only: credentials stay here, and
# MLflow's own check of Host and Origin must see its own address, for the gate has checked ours.
_KEPT_BACK = frozenset(
    {
        "authorization",
        "connection",
        "cookie",
        "host",
        "keep-alive",
        "origin",
        "proxy-authorization",
        "referer",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_NOT_RETURNED = frozenset({"connection", "keep-alive", "server", "date", "transfer-encoding"})
# The body is another one, and the answer is to be read here.
_KEPT_BACK_WITH_BODY = _KEPT_BACK | {"content-length", "accept-encoding"}
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Answer:
    """What MLflow answered to a JSON call.

    Attributes:
        status: HTTP status.
        body: The JSON object; MLflow's error shape is Databricks' own.
    """

    status: int
    body: dict[str, Any]

    def value(self) -> dict[str, Any]:
        """The body of a success.

        Raises:
            ApiError: MLflow refused; the error is its own.
        """
        if self.status < HTTPStatus.BAD_REQUEST:
            return self.body
        raise ApiError(
            self.status,
            str(self.body.get("error_code", "INTERNAL_ERROR")),
            str(self.body.get("message", "MLflow refused without a message.")),
        )


@dataclass(frozen=True)
class Whole:
    """A response read to its end."""

    status: int
    media_type: str
    content: bytes


class Forwarder:
    """Sends calls to the child.

    Args:
        server: The child.
    """

    def __init__(self, server: MlflowServer) -> None:
        self._server = server

    async def stream(self, request: Request, raw_path: bytes) -> Response:
        """Pass a request on as it is, and the response back as it comes.

        Args:
            request: The request.
            raw_path: The path to ask MLflow for, percent-encoded as it came.
        """
        body = None if request.method in _BODILESS else request.stream()
        return _Passed(await self._send(request, raw_path, body))

    async def whole(self, request: Request, raw_path: bytes, body: bytes | None) -> Whole:
        """Pass a request on with another body, and read the response to its end."""
        reply = await self._send(request, raw_path, body)
        with _gone():
            content = await reply.read()
        return Whole(reply.status, reply.headers.get("content-type", ""), content)

    async def json(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Make a call of our own.

        Raises:
            ApiError: 503 when MLflow is not there.
        """
        await self._wait()
        with _gone():
            async with self._server.client.request(
                method, f"http://localhost{path}", params=_plain(query), json=_plain(body)
            ) as reply:
                content = await reply.read()
        parsed = parse(content)
        if not isinstance(parsed, dict):
            parsed = {"message": content[:500].decode("utf-8", "replace")}
        return Answer(reply.status, parsed)

    async def _send(
        self, request: Request, raw_path: bytes, body: AsyncIterator[bytes] | bytes | None
    ) -> aiohttp.ClientResponse:
        from yarl import URL

        await self._wait()
        query = request.scope["query_string"]
        target = raw_path + (b"?" + query if query else b"")
        kept_back = _KEPT_BACK if isinstance(body, AsyncIterator) else _KEPT_BACK_WITH_BODY
        headers = [(k, v) for k, v in request.headers.items() if k not in kept_back]
        with _gone():
            return await self._server.client.request(
                request.method,
                URL(f"http://localhost{target.decode('ascii')}", encoded=True),
                headers=headers,
                data=body,
                skip_auto_headers=("Content-Type",),
                allow_redirects=False,
            )

    async def _wait(self) -> None:
        if not await self._server.ready(_WAIT_SECONDS):
            raise ApiError(
                503,
                "TEMPORARILY_UNAVAILABLE",
                f"MLflow has not started yet; its log is {self._server.log_file}.",
            )


def parse(body: bytes) -> Any:
    """JSON, or None when it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None


class _Passed(Response):
    """MLflow's response, each piece sent as it comes."""

    def __init__(self, reply: aiohttp.ClientResponse) -> None:
        self._reply = reply
        headers = {k: v for k, v in reply.headers.items() if k.lower() not in _NOT_RETURNED}
        super().__init__(status_code=reply.status, headers=headers)
        if "content-length" not in reply.headers:
            del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        async with self._reply:
            async for piece in self._reply.content.iter_any():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _plain(fields: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if fields is None else {k: v for k, v in fields.items() if v is not None}


@contextmanager
def _gone() -> Iterator[None]:
    """Turn a connection that broke into an error that clients try again after."""
    import aiohttp

    try:
        yield
    except (aiohttp.ClientError, TimeoutError) as exc:
        raise ApiError(
            503, "TEMPORARILY_UNAVAILABLE", f"MLflow ended during the call ({exc!r}): try again."
        ) from exc
