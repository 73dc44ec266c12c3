"""Signing in: the workspace's token for a cookie."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from brickyard.workspace.api.auth import Gate
from brickyard.workspace.api.errors import ApiError, malformed
from brickyard.workspace.web.responses import error_page, local_path, page, redirect

PATH = "/login"
_MAX_FORM = 64 * 1024
_WRONG = "That is not this workspace's token. The command 'brickyard env' prints the right one."


class Login:
    """The login page.

    Args:
        gate: Trades tokens for sessions.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def routes(self) -> list[BaseRoute]:
        """The page's address."""
        return [Route(PATH, self.show, methods=["GET"]), Route(PATH, self.take, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        """The form; or straight in, with the token of the link that the command line prints."""
        onward = local_path(request.query_params.get("next"))
        signed_in, refusal = self._check(request)
        if refusal is not None:
            return refusal
        token = request.query_params.get("token")
        if token is not None:
            return self._enter(token, onward)
        return redirect(onward) if signed_in else _form(onward)

    async def take(self, request: Request) -> Response:
        """The token, pasted into the form."""
        _, refusal = self._check(request)
        if refusal is not None:
            return refusal
        try:
            fields = await read_form(request)
        except ApiError as error:
            return error_page(error.status, "This form cannot be read", error.message, None)
        return self._enter(fields.get("token", "").strip(), local_path(fields.get("next")))

    def _check(self, request: Request) -> tuple[bool, Response | None]:
        """Whether there is a session; a refusal where not even a login may be tried."""
        try:
            self._gate.check(request)
        except ApiError as error:
            if error.status != 401:
                return False, error_page(error.status, "Refused", error.message, None)
            return False, None
        return True, None

    def _enter(self, token: str, onward: str) -> Response:
        session = self._gate.open_session(token)
        if session is None:
            return _form(onward, _WRONG, 401)
        response = redirect(onward)
        # Strict: no other site's link or form carries the session with it.
        response.set_cookie(self._gate.cookie, session, httponly=True, samesite="strict", path="/")
        return response


def login_address(request: Request) -> str:
    """The login page that leads back to what was asked for."""
    if request.method not in ("GET", "HEAD"):
        return PATH
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return PATH if wanted == "/" else f"{PATH}?next={quote(wanted, safe='')}"


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form.

    Raises:
        ApiError: It is too large, or not a form's body.
    """
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MAX_FORM:
            raise malformed(f"The form is larger than {_MAX_FORM} bytes.")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))
    except ValueError as exc:
        raise malformed("The form's body cannot be read.") from exc


def _form(onward: str, problem: str = "", status: int = 200) -> Response:
    context: dict[str, Any] = {"onward": onward, "problem": problem, "user": None}
    return page("login.html", status=status, **context)
