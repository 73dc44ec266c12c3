"""Who may call: tokens, sessions, Host and Origin, over real HTTP."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import httpx
import pytest

from brickyard.workspace.identity.service import IdentityService

if TYPE_CHECKING:
    from tests.workspace.conftest import Serve, Served

ME = "/api/2.0/preview/scim/v2/Me"


@pytest.fixture
def server(serve: Serve) -> Served:
    return serve(IdentityService())


def get(server: Served, **headers: str) -> httpx.Response:
    return httpx.get(server.url + ME, headers=headers)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_sdk_is_let_in_by_its_token(server: Served) -> None:
    me = server.sdk().current_user.me()
    assert (me.user_name, me.active) == ("ada@example.com", True)
    assert [each.display for each in me.groups or []] == ["admins"]


def test_bearer_and_basic_are_accepted(server: Served) -> None:
    assert get(server, authorization=f"Bearer {server.token}").status_code == 200
    assert get(server, authorization=f"bearer  {server.token}").status_code == 200
    assert get(server, authorization=basic("token", server.token)).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer wrong",
        "Bearer \u00fc",
        basic("token", "wrong"),
        basic("admin", "dapi-test-token"),
        basic("", ""),
        "Basic %%%",
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
        "Digest dapi-test-token",
    ],
)
def test_anything_else_is_refused(server: Served, header: str) -> None:
    reply = httpx.get(server.url + ME, headers=[(b"authorization", header.encode())])
    assert reply.status_code == 401
    assert reply.json()["error_code"] == "UNAUTHENTICATED"
    assert set(reply.json()) == {"error_code", "message"}


def test_no_token_says_what_to_send(server: Served) -> None:
    reply = get(server)
    assert reply.status_code == 401
    assert "Authorization: Bearer" in reply.json()["message"]


def test_run_token_lives_until_it_is_revoked(server: Served) -> None:
    token = server.gate.issue_run_token("run 1")
    other = server.gate.issue_run_token("run 2")
    assert get(server, authorization=f"Bearer {token}").status_code == 200
    server.gate.revoke_run_token("run 1")
    server.gate.revoke_run_token("run 1")
    assert get(server, authorization=f"Bearer {token}").status_code == 401
    assert get(server, authorization=f"Bearer {other}").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "[::1"])
def test_foreign_host_is_refused_even_with_the_token(server: Served, host: str) -> None:
    for path in (ME, "/api/2.0/none", "/"):
        headers = {"authorization": f"Bearer {server.token}", "host": host}
        reply = httpx.get(server.url + path, headers=headers)
        assert reply.status_code == 403
        assert reply.json()["error_code"] == "PERMISSION_DENIED"


def test_own_names_are_accepted_with_any_port_and_case(server: Served) -> None:
    for host in ("localhost:1", "LOCALHOST", "127.0.0.1"):
        reply = get(server, authorization=f"Bearer {server.token}", host=host)
        assert reply.status_code == 200


def test_session_is_opened_by_the_token_only(server: Served) -> None:
    assert server.gate.open_session("wrong") is None
    session = server.gate.open_session(server.token)
    assert session is not None
    assert get(server, cookie=f"{server.gate.cookie}={session}").status_code == 200
    assert get(server, cookie=f"{server.gate.cookie}={session}x").status_code == 401
    assert get(server, cookie=f"{server.gate.cookie}=").status_code == 401
    # A header that is wrong is not made good by a cookie.
    wrong = get(server, cookie=f"{server.gate.cookie}={session}", authorization="Bearer wrong")
    assert wrong.status_code == 401


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "https://127.0.0.1", "null", "http://[", "", "127.0.0.1"]
)
def test_cross_site_post_with_a_cookie_is_refused(server: Served, origin: str) -> None:
    cookie = f"{server.gate.cookie}={server.gate.open_session(server.token)}"
    url = f"{server.url}/api/2.0/preview/scim/v2/none"
    foreign = httpx.post(url, headers={"cookie": cookie, "origin": origin})
    assert foreign.status_code == 403
    assert "may not post here" in foreign.json()["message"]
    assert httpx.get(server.url + ME, headers={"cookie": cookie, "origin": origin}).is_success


def test_own_pages_may_post_with_a_cookie(server: Served) -> None:
    cookie = f"{server.gate.cookie}={server.gate.open_session(server.token)}"
    url = f"{server.url}/api/2.0/preview/scim/v2/none"
    assert httpx.post(url, headers={"cookie": cookie, "origin": server.url}).status_code == 404
    assert httpx.post(url, headers={"cookie": cookie}).status_code == 404
    # A token is proof enough: clients outside a browser may send any Origin.
    token = {"authorization": f"Bearer {server.token}", "origin": "http://evil.example"}
    assert httpx.post(url, headers=token).status_code == 404
