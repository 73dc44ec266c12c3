from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.workspace.web.browsing import Event, Html, read_events
from tests.workspace.web.conftest import OpenSite, Records, Site

# A test that waits for an event that never comes fails by this, and not by hanging.
PATIENCE_SECONDS = 20


@asynccontextmanager
async def listening(
    browser: httpx.AsyncClient, path: str, last: str | None = None
) -> AsyncIterator[AsyncIterator[Event]]:
    """The events of a stream while it is entered."""
    headers = {"last-event-id": last} if last is not None else {}
    async with browser.stream("GET", path, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield read_events(response)


def visit(site: OpenSite, steps: Callable[[Site, httpx.AsyncClient], Awaitable[None]]) -> None:
    async def scenario() -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), site() as served, served.browser() as browser:
            await steps(served, browser)

    asyncio.run(scenario())


async def until(events: AsyncIterator[Event], name: str, text: str) -> Event:
    """Read on until a part says something."""
    async for event in events:
        part = event.part(name)
        if part is not None and text in Html(part["html"]).text:
            return event
    raise AssertionError(f"the stream ended before {name} said {text!r}")


def test_a_run_is_seen_as_it_goes(records: Records, site: OpenSite) -> None:
    run_id, (task,) = records.add_run(life_cycle="PENDING", started_ms=None)

    async def steps(_site: Site, browser: httpx.AsyncClient) -> None:
        page = Html((await browser.get(f"/jobs/0/runs/{run_id}")).text)
        path = page.every("body")[0]["data-events"]
        assert path == f"/jobs/0/runs/{run_id}/events?after=0"
        async with listening(browser, path) as events:
            await until(events, "run-head", "Pending")
            records.runs.change(run_id, life_cycle="RUNNING", started_ms=1)
            records.add_cells(task, "print(1)", "<b>x</b>")
            records.runs.change_cell(task, 0, "RUNNING", 1)
            event = await until(events, f"cell-head-{task}-0", "Running")
            frame = event.part(f"cell-{task}-1")
            assert frame is not None
            assert "<b>x</b>" in Html(frame["html"]).text
            records.stream(task, "10%\n")
            await until(events, f"out-{task}-0-0", "10%")
            records.stream(task, "20%\ndone\n")
            event = await until(events, f"out-{task}-0-0", "done")
            assert event.id == "2"
            assert [part["id"] for part in event.parts] == [f"out-{task}-0-0"]
            records.runs.change_cell(task, 0, "FINISHED", 5)
            records.end(task, run_id)
            await until(events, "run-head", "Succeeded")
            assert [event.kind async for event in events] == ["end"]

    visit(site, steps)


@pytest.mark.parametrize("way", ["header", "query"])
def test_a_browser_goes_on_where_it_was(records: Records, site: OpenSite, way: str) -> None:
    run_id, (task,) = records.add_run()
    records.add_cells(task, "a", "b")
    records.stream(task, "known\n")
    records.stream(task, "new\n", position=1)

    async def steps(_site: Site, browser: httpx.AsyncClient) -> None:
        path = f"/jobs/0/runs/{run_id}/events?after={1 if way == 'query' else 0}"
        async with listening(browser, path, "1" if way == "header" else None) as events:
            event = await anext(events)
            assert event.part(f"out-{task}-0-0") is None
            assert event.part(f"out-{task}-1-0") is not None
            assert event.id == "2"

    visit(site, steps)


@pytest.mark.parametrize("last", ["x", "-1", "9" * 40, "²"])
def test_a_senseless_resume_point_does_no_harm(records: Records, site: OpenSite, last: str) -> None:
    run_id, (task,) = records.add_run()
    records.add_cells(task, "a")
    records.stream(task, "text\n")

    async def steps(_site: Site, browser: httpx.AsyncClient) -> None:
        path = f"/jobs/0/runs/{run_id}/events"
        async with listening(
            browser, httpx.URL(path, params={"after": last}).raw_path.decode()
        ) as e:
            assert (await anext(e)).part(f"out-{task}-0-0") is not None

    visit(site, steps)


def test_the_stream_of_an_ended_run_ends(records: Records, site: OpenSite) -> None:
    run_id, (task,) = records.add_run()
    records.end(task, run_id)

    async def steps(_site: Site, browser: httpx.AsyncClient) -> None:
        async with listening(browser, f"/jobs/0/runs/{run_id}/events") as events:
            assert [event.kind async for event in events] == ["message", "end"]

    visit(site, steps)


def test_the_stream_of_a_deleted_run_ends(records: Records, site: OpenSite) -> None:
    run_id, _ = records.add_run()

    async def steps(_site: Site, browser: httpx.AsyncClient) -> None:
        async with listening(browser, f"/jobs/0/runs/{run_id}/events") as events:
            await anext(events)
            records.runs.delete(run_id)
            records.changes.notify(run_id)
            assert [event.kind async for event in events] == ["end"]

    visit(site, steps)


def test_lists_are_live_too(records: Records, site: OpenSite) -> None:
    job_id = records.add_job()

    async def steps(_site: Site, browser: httpx.AsyncClient) -> None:
        async with (
            listening(browser, "/events") as of_all,
            listening(browser, f"/jobs/{job_id}/events") as of_job,
        ):
            await until(of_all, "runs-table", "No runs yet")
            await until(of_job, "runs-table", "No runs yet")
            run_id, _ = records.add_run(job_id)
            await until(of_all, "runs-table", "Running")
            await until(of_job, "runs-table", "Running")
            records.end(run_id, result="FAILED")
            await until(of_all, "runs-table", "Failed")

    visit(site, steps)


def test_streams_end_when_the_workspace_stops(records: Records, site: OpenSite) -> None:
    run_id, _ = records.add_run()

    async def steps(served: Site, browser: httpx.AsyncClient) -> None:
        async with listening(browser, f"/jobs/0/runs/{run_id}/events") as events:
            await anext(events)
            served.pages.stop()
            assert [event async for event in events] == []

    visit(site, steps)


def test_a_browser_that_leaves_is_forgotten(records: Records, site: OpenSite) -> None:
    run_id, _ = records.add_run()

    async def steps(_site: Site, browser: httpx.AsyncClient) -> None:
        async with listening(browser, f"/jobs/0/runs/{run_id}/events") as events:
            await anext(events)
            assert len(records.changes._watchers) == 1
        while records.changes._watchers:
            await asyncio.sleep(0.005)

    visit(site, steps)
