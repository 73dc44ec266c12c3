from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie

import httpx
import pytest

from tests.workspace.web.browsing import Html
from tests.workspace.web.conftest import TOKEN, OpenSite, Site


def visit(site: OpenSite, steps: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    """Carry out steps in a browser that is not signed in."""

    async def scenario() -> None:
        async with site() as served, served.browser(signed_in=False) as browser:
            await steps(browser)

    asyncio.run(scenario())


def test_the_printed_link_signs_in(site: OpenSite) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        reply = await browser.get("/login", params={"token": TOKEN, "next": "/jobs/1?o=2"})
        assert (reply.status_code, reply.headers["location"]) == (303, "/jobs/1?o=2")
        (cookie,) = SimpleCookie(reply.headers["set-cookie"]).values()
        assert cookie.key.startswith("brickyard_")
        assert cookie["httponly"]
        assert cookie["samesite"] == "strict"
        assert cookie["path"] == "/"
        assert TOKEN not in reply.headers["set-cookie"]
        assert (await browser.get("/")).status_code == 200

    visit(site, steps)


def test_the_form_signs_in(site: OpenSite) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        refused = await browser.get("/jobs/7/runs/8", params={"o": "1"})
        assert refused.status_code == 303
        form = await browser.get(refused.headers["location"])
        assert form.status_code == 200
        hidden, field = Html(form.text).every("input")
        assert (hidden["name"], hidden["value"]) == ("next", "/jobs/7/runs/8?o=1")
        assert field["type"] == "password"
        entered = await browser.post(
            "/login", data={"next": hidden["value"], "token": f" {TOKEN} "}
        )
        assert (entered.status_code, entered.headers["location"]) == (303, "/jobs/7/runs/8?o=1")
        assert (await browser.get("/")).status_code == 200

    visit(site, steps)


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_a_wrong_token_is_refused(site: OpenSite, verb: str) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        fields = {"token": "wrong", "next": "/"}
        query, body = (fields, None) if verb == "GET" else (None, fields)
        reply = await browser.request(verb, "/login", params=query, data=body)
        assert reply.status_code == 401
        assert "brickyard env" in reply.text
        assert "set-cookie" not in reply.headers
        assert (await browser.get("/")).status_code == 303

    visit(site, steps)


@pytest.mark.parametrize("target", ["//evil.example/x", "https://evil.example", "/\\evil.example"])
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_nobody_is_led_to_another_site(site: OpenSite, verb: str, target: str) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        fields = {"token": TOKEN, "next": target}
        query, body = (fields, None) if verb == "GET" else (None, fields)
        reply = await browser.request(verb, "/login", params=query, data=body)
        assert (reply.status_code, reply.headers["location"]) == (303, "/")
        again = await browser.get("/login", params={"next": target})  # signed in by now
        assert (again.status_code, again.headers["location"]) == (303, "/")

    visit(site, steps)


def test_without_a_session_every_page_leads_to_the_form(site: OpenSite) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        pages = {
            "/": "/login",
            "/jobs/1": "/login?next=%2Fjobs%2F1",
            "/jobs/1/runs/2": "/login?next=%2Fjobs%2F1%2Fruns%2F2",
        }
        for path, login in pages.items():
            reply = await browser.get(path)
            assert (reply.status_code, reply.headers["location"]) == (303, login)
        for path in ("/jobs/1/run-now", "/jobs/1/runs/1/cancel"):
            reply = await browser.post(path)
            assert (reply.status_code, reply.headers["location"]) == (303, "/login")
        for path in ("/events", "/jobs/1/events", "/jobs/1/runs/1/events"):
            assert (await browser.get(path)).status_code == 401

    visit(site, steps)


def test_under_a_foreign_name_not_even_the_form_is_shown(site: OpenSite) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        foreign = {"host": "rebound.example"}
        for path in ("/login", f"/login?token={TOKEN}", "/"):
            reply = await browser.get(path, headers=foreign)
            assert reply.status_code == 403
            assert "set-cookie" not in reply.headers
        posted = await browser.post("/login", data={"token": TOKEN}, headers=foreign)
        assert posted.status_code == 403

    visit(site, steps)


@pytest.mark.parametrize("body", [b"x" * 70_000, b"token=%ff", b"\xff"])
def test_a_form_that_cannot_be_read_is_refused(site: OpenSite, body: bytes) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        reply = await browser.post("/login", content=body)
        assert reply.status_code == 400

    visit(site, steps)


def test_the_form_shows_where_it_leads_inertly(site: OpenSite) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        reply = await browser.get("/login", params={"next": '/"><script>alert(1)</script>'})
        page = Html(reply.text)
        assert page.dangers() == []
        assert page.every("input")[0]["value"] == '/"><script>alert(1)</script>'

    visit(site, steps)


def test_a_bearer_token_needs_no_session(site: OpenSite) -> None:
    async def scenario(served: Site) -> None:
        async with served.browser(signed_in=False) as browser:
            right = await browser.get("/", headers={"authorization": f"Bearer {TOKEN}"})
            wrong = await browser.get("/", headers={"authorization": "Bearer x"})
        assert (right.status_code, wrong.status_code) == (200, 303)

    async def run() -> None:
        async with site() as served:
            await scenario(served)

    asyncio.run(run())
