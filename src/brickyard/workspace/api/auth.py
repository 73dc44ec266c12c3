"""Who may call: a bearer token, or the cookie that a browser got for one.

Sources: Databricks' personal access tokens (``Authorization: Bearer``), and its older form, basic
authentication with the user ``token``.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.requests import Request

from brickyard.workspace.api.errors import ApiError

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class Gate:
    """Checks every request.

    Args:
        token: The workspace's own token.
        user: The user name it stands for.
        hosts: Host names under which the workspace may be addressed; any other Host header is
            refused, so that a web page cannot reach it by rebinding a name to this address.

    Attributes:
        user: The user name.
        cookie: Name of the cookie that carries a browser's session.
    """

    def __init__(self, token: str, user: str, hosts: Iterable[str]) -> None:
        self.user = user
        self._token = token
        self._hosts = frozenset(hosts)
        self._run_tokens: dict[str, str] = {}
        # Derived, so that a browser stays signed in when the workspace starts again; the name is
        # each workspace's own, for cookies do not tell the ports of one host apart.
        self._session = _derive(token, "session")
        self.cookie = f"brickyard_{_derive(token, 'cookie')[:8]}"

    def issue_run_token(self, owner: str) -> str:
        """Make a token that lives as long as one run's process.

        Args:
            owner: What it is for, to revoke it by.
        """
        token = f"brickyard-run-{secrets.token_hex(16)}"
        self._run_tokens[owner] = token
        return token

    def revoke_run_token(self, owner: str) -> None:
        """End a run's token; unknown owners are fine, for runs end in several ways."""
        self._run_tokens.pop(owner, None)

    def owner_of(self, request: Request) -> str:
        """The run whose own token a request has brought.

        Raises:
            ApiError: 403 when it has brought another.
        """
        header = request.headers.get("authorization")
        given = _token_of(header) if header is not None else ""
        for owner, token in self._run_tokens.items():
            if _same(given, token):
                return owner
        raise ApiError(403, "PERMISSION_DENIED", "Only a running notebook may ask for this.")

    def open_session(self, token: str) -> str | None:
        """Trade the workspace's token for a browser session.

        Returns:
            The cookie's value, or None when the token is wrong.
        """
        if not _same(token, self._token):
            return None
        return self._session

    def check(self, request: Request) -> str:
        """Let a request pass.

        Returns:
            The caller's user name.

        Raises:
            ApiError: 401 without a valid token, 403 for a foreign Host or a cross-site post.
        """
        self._check_host(request)
        header = request.headers.get("authorization")
        if header is not None:
            self._check_token(_token_of(header))
        else:
            self._check_session(request)
        return self.user

    def _check_host(self, request: Request) -> None:
        host = _host_name(request.headers.get("host", ""))
        if host not in self._hosts:
            raise ApiError(
                403,
                "PERMISSION_DENIED",
                f"Host {host!r} is not one of this workspace's names: "
                f"{', '.join(sorted(self._hosts))}.",
            )

    def _check_token(self, token: str) -> None:
        known = [self._token, *self._run_tokens.values()]
        # Every token is compared, so that the time taken tells nothing.
        if not any([_same(token, candidate) for candidate in known]):  # noqa: C419
            raise _unauthenticated("The token is not valid for this workspace.")

    def _check_session(self, request: Request) -> None:
        if not _same(request.cookies.get(self.cookie, ""), self._session):
            raise _unauthenticated("Credential was not sent: send 'Authorization: Bearer <token>'.")
        if request.method not in _SAFE_METHODS:
            _check_origin(request)


def _check_origin(request: Request) -> None:
    """Refuse what another site's page posts with our user's cookie."""
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise ApiError(403, "PERMISSION_DENIED", f"Origin {origin!r} may not post here.")


def _host_name(header: str) -> str:
    """The name in a Host header, without its port; empty when it cannot be read."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:  # a bracket that does not close
        return ""


def _derive(token: str, purpose: str) -> str:
    return hmac.new(token.encode(), purpose.encode(), "sha256").hexdigest()


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())


def _token_of(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as exc:
            raise _unauthenticated("The Authorization header cannot be read.") from exc
        return password if user == "token" else ""
    raise _unauthenticated(f"Authorization scheme {scheme!r} is not supported: use Bearer.")


def _unauthenticated(message: str) -> ApiError:
    return ApiError(401, "UNAUTHENTICATED", message)
