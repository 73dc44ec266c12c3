from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from brickyard.runtime.protocol import PLOTLY_MIME, TABLE_MIME
from tests.support.outputs import add_output
from tests.workspace.web.browsing import Html
from tests.workspace.web.conftest import USER, OpenSite, Records, Site

Steps = Callable[[Site, httpx.AsyncClient], Awaitable[None]]


def visit(site: OpenSite, steps: Steps) -> None:
    """Carry out steps in a signed-in browser."""

    async def scenario() -> None:
        async with site() as served, served.browser() as browser:
            await steps(served, browser)

    asyncio.run(scenario())


def get(site: OpenSite, path: str, status: int = 200) -> httpx.Response:
    """One page."""
    found: list[httpx.Response] = []

    async def steps(_site: Site, browser: httpx.AsyncClient) -> None:
        found.append(await browser.get(path))

    visit(site, steps)
    assert found[0].status_code == status
    return found[0]


def squeezed(page: httpx.Response) -> str:
    return Html(page.text).words


def test_an_empty_workspace_says_what_to_do_next(site: OpenSite) -> None:
    page = get(site, "/")
    assert "No jobs yet. In a project's folder, run brickyard deploy ." in squeezed(page)
    assert "No runs yet. Run a job with brickyard run JOB ." in squeezed(page)


def test_home_lists_jobs_with_their_last_run(records: Records, site: OpenSite) -> None:
    job_id = records.add_job("flights")
    old, _ = records.add_run(job_id, name="flights")
    records.end(old, result="FAILED")
    new, _ = records.add_run(job_id, name="flights")
    records.end(new)
    records.add_job("idle")
    once, _ = records.add_run(None, name="a one-time run")
    page = get(site, "/")
    jobs, runs = page.text.split("<h2>Latest runs</h2>")
    assert "Succeeded" in jobs
    assert "Failed" not in jobs
    assert "No run yet" in jobs
    assert [f"Run {n}" in runs for n in (old, new, once)] == [True] * 3
    assert "12.0 s" in runs
    assert USER in runs
    links = [link["href"] for link in Html(page.text).every("a")]
    assert f"/jobs/{job_id}/runs/{new}" in links
    assert f"/jobs/0/runs/{once}" in links
    assert "/mlflow/" in links


def test_long_lists_come_by_pages(records: Records, site: OpenSite) -> None:
    for n in range(26):
        records.add_job(f"job-{n:02}")

    async def steps(_site: Site, browser: httpx.AsyncClient) -> None:
        first, second = (await browser.get("/")).text, (await browser.get("/?page=2")).text
        assert ("job-25" in first, "job-00" in first) == (True, False)
        assert ("job-25" in second, "job-00" in second) == (False, True)
        assert "/?page=2" in [link["href"] for link in Html(first).every("a")]
        assert "?page=3" not in second
        assert "No more jobs" in (await browser.get("/?page=9")).text

    visit(site, steps)


def test_a_job_shows_its_settings_and_runs(records: Records, site: OpenSite) -> None:
    job_id = records.add_job("flights", parameters=[{"name": "month", "default": "<11>"}])
    for _ in range(26):
        records.add_run(job_id)

    async def steps(_site: Site, browser: httpx.AsyncClient) -> None:
        page = await browser.get(f"/jobs/{job_id}")
        html = Html(page.text)
        assert '"notebook_path": "/Shared/train"' in html.text
        assert {"name": "parameter.month", "value": "<11>"}.items() <= html.every("input")[
            0
        ].items()
        export = "/api/2.0/workspace/export?direct_download=true&path=/Shared/train"
        assert export in [link["href"] for link in html.every("a")]
        assert page.text.count("/jobs/1/runs/") == 25
        older = await browser.get(f"/jobs/{job_id}?page=2")
        assert older.text.count("/jobs/1/runs/") == 1
        # What is live is the first page only.
        assert Html(older.text).every("body") == [{}]

    visit(site, steps)


def test_a_job_without_tasks_cannot_be_run(records: Records, site: OpenSite) -> None:
    job_id = records.add_job("empty", tasks=[])

    async def steps(served: Site, browser: httpx.AsyncClient) -> None:
        page = await browser.get(f"/jobs/{job_id}")
        assert "This job has no tasks" in page.text
        assert "Run now</button>" not in page.text
        reply = await browser.post(f"/jobs/{job_id}/run-now")
        assert reply.status_code == 400
        assert "has no tasks" in reply.text
        assert served.runner.started == []

    visit(site, steps)


def test_a_job_runs_with_the_parameters_of_the_form(records: Records, site: OpenSite) -> None:
    own = [{"name": "month", "default": "11"}, {"name": "year", "default": "2013"}]
    job_id = records.add_job("flights", parameters=own)

    async def steps(served: Site, browser: httpx.AsyncClient) -> None:
        reply = await browser.post(
            f"/jobs/{job_id}/run-now", data={"parameter.month": "", "parameter.other": "x"}
        )
        assert (reply.status_code, reply.headers["location"]) == (303, "/jobs/1/runs/1")
        (started,) = served.runner.started
        assert started == {
            "job_id": job_id,
            "user": USER,
            "parameters": {
                "job_parameters": [
                    {"name": "month", "default": "11", "value": ""},
                    {"name": "year", "default": "2013", "value": "2013"},
                ]
            },
        }
        assert (await browser.get("/jobs/1/runs/1")).status_code == 200

    visit(site, steps)


def test_a_job_without_parameters_runs_without(records: Records, site: OpenSite) -> None:
    job_id = records.add_job()

    async def steps(served: Site, browser: httpx.AsyncClient) -> None:
        await browser.post(f"/jobs/{job_id}/run-now")
        assert served.runner.started[0]["parameters"] == {}

    visit(site, steps)


def test_an_active_run_can_be_cancelled(records: Records, site: OpenSite) -> None:
    run_id, _ = records.add_run()

    async def steps(served: Site, browser: httpx.AsyncClient) -> None:
        path = f"/jobs/0/runs/{run_id}"
        page = Html((await browser.get(path)).text)
        assert page.every("form") == [{"method": "post", "action": f"{path}/cancel"}]
        reply = await browser.post(f"{path}/cancel", headers={"origin": served.url})
        assert (reply.status_code, reply.headers["location"]) == (303, path)
        assert served.runner.cancelled == [run_id]
        after = await browser.get(path)
        assert "Cancelling" in after.text
        assert Html(after.text).every("form") == []

    visit(site, steps)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_other_sites_can_press_no_button(records: Records, site: OpenSite, origin: str) -> None:
    job_id = records.add_job()
    run_id, _ = records.add_run(job_id)

    async def steps(served: Site, browser: httpx.AsyncClient) -> None:
        for path in (f"/jobs/{job_id}/run-now", f"/jobs/{job_id}/runs/{run_id}/cancel"):
            reply = await browser.post(path, headers={"origin": origin})
            assert reply.status_code == 403
            assert (await browser.get(path)).status_code in (404, 405, 501)
        assert (served.runner.started, served.runner.cancelled) == ([], [])

    visit(site, steps)


@pytest.mark.parametrize(
    "path",
    [
        "/jobs/9",
        f"/jobs/{10**30}",
        "/jobs/0/runs/9",
        f"/jobs/0/runs/{10**30}",
        "/jobs/7/runs/1",
        "/jobs/0/runs/9/events",
        "/jobs/0/runs/1/cells/1/output.txt",
        "/jobs/0/runs/2/cells/0/output.txt",
        "/jobs/0/runs/2/cells/2/output.txt",
        "/jobs/0/runs/2/outputs/1.csv",
        "/jobs/0/runs/2/outputs/2.html",
        "/jobs/0/runs/2/outputs/99.html",
        "/jobs/0/runs/1/outputs/1.html",
        f"/jobs/0/runs/2/outputs/{10**30}.html",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(
    records: Records, site: OpenSite, path: str
) -> None:
    _, (task,) = records.add_run()
    records.add_cells(task, "a")
    records.display(task, {"text/html": "<b>x</b>"})
    page = get(site, path, 404)
    assert "Not found" in squeezed(page)
    assert page.headers["content-type"].startswith("text/html")


def test_a_run_page_is_whole_without_its_script(records: Records, site: OpenSite) -> None:
    job_id = records.add_job("flights")
    run_id, (task,) = records.add_run(job_id, name="flights")
    records.add_cells(task, ("md", "%md # Title"), "print(1)", "1/0", "never")
    records.runs.change_cell(task, 1, "RUNNING", 1_000)
    records.stream(task, "printed\n", position=1)
    records.runs.change_cell(task, 1, "FINISHED", 2_500)
    records.runs.change_cell(task, 2, "RUNNING", 3_000)
    trace = {"name": "ZeroDivisionError", "value": "division by zero", "trace": "line 1\n1/0"}
    add_output(records.runs, task, 2, "error", trace)
    records.runs.change_cell(task, 2, "FAILED", 3_500)
    records.runs.finish_cells(task)
    records.end(task, run_id, result="FAILED", error="ZeroDivisionError", message="It failed")
    page = get(site, f"/jobs/{job_id}/runs/{run_id}?o=123")
    text, html = squeezed(page), Html(page.text)
    assert "<h1>Title</h1>" in page.text
    assert "month 11" in text
    assert "Finished 1.5 s print ( 1 ) printed" in text
    assert "Failed 500 ms 1 / 0 ZeroDivisionError : division by zero Traceback line 1 1/0" in text
    assert "Skipped never" in text
    assert f"#cell-{task}-2" in [link["href"] for link in html.every("a")]
    assert f"/jobs/{job_id}" in [link["href"] for link in html.every("a")]
    assert html.every("body") == [{}]  # nothing is live any more
    assert html.every("form") == []


def test_a_task_run_has_a_page_that_leads_to_its_job_run(records: Records, site: OpenSite) -> None:
    run_id, (task, other) = records.add_run(tasks=2)
    records.add_cells(task, "mine")
    records.add_cells(other, "of another")
    page = get(site, f"/jobs/0/runs/{task}")
    assert f"/jobs/0/runs/{run_id}" in [link["href"] for link in Html(page.text).every("a")]
    assert "mine" in page.text
    assert "of another" not in page.text


def test_the_run_of_a_deleted_job_is_still_shown(records: Records, site: OpenSite) -> None:
    job_id = records.add_job()
    run_id, _ = records.add_run(job_id)
    records.jobs.delete(job_id)
    assert "deleted job 1" in squeezed(get(site, f"/jobs/{job_id}/runs/{run_id}"))


def test_every_page_carries_the_protecting_headers(records: Records, site: OpenSite) -> None:
    job_id = records.add_job()
    run_id, _ = records.add_run(job_id)

    async def steps(_site: Site, browser: httpx.AsyncClient) -> None:
        for path in ("/", f"/jobs/{job_id}", f"/jobs/{job_id}/runs/{run_id}", "/jobs/99"):
            headers = (await browser.get(path)).headers
            policy = headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';")
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert "base-uri 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"
            assert headers["cache-control"] == "no-store"

    visit(site, steps)


def test_pages_name_nothing_outside(records: Records, site: OpenSite) -> None:
    job_id = records.add_job()
    run_id, _ = records.add_run(job_id)

    async def steps(_site: Site, browser: httpx.AsyncClient) -> None:
        for path in ("/", f"/jobs/{job_id}", f"/jobs/{job_id}/runs/{run_id}"):
            html = Html((await browser.get(path)).text)
            assert html.dangers() == []
            for tag, attributes in html.tags:
                for name in ("src", "href"):
                    if name in attributes and tag in ("script", "link", "img"):
                        address = attributes[name] or ""
                        assert address.startswith("/static/brickyard/")
                        assert (await browser.get(address)).status_code == 200

    visit(site, steps)


def test_own_files_are_asked_for_once(site: OpenSite) -> None:
    async def steps(_site: Site, browser: httpx.AsyncClient) -> None:
        first = await browser.get("/static/brickyard/brickyard.css")
        assert first.headers["content-type"] == "text/css; charset=utf-8"
        tag = first.headers["etag"]
        for given in (tag, f"W/{tag}", f'"other", {tag}'):
            again = await browser.get(
                "/static/brickyard/brickyard.css", headers={"if-none-match": given}
            )
            assert (again.status_code, again.content) == (304, b"")
        script = await browser.get("/static/brickyard/brickyard.js")
        assert script.headers["content-type"] == "text/javascript; charset=utf-8"
        for name in ("nothing.css", "..%2fpages.py", "%2e%2e/pages.py"):
            assert (await browser.get(f"/static/brickyard/{name}")).status_code == 404

    visit(site, steps)


def test_outputs_that_may_run_scripts_are_of_no_origin_and_load_nothing(
    records: Records, site: OpenSite
) -> None:
    _, (task,) = records.add_run()
    records.add_cells(task, "a")
    cdn = '<script src="https://cdn.plot.ly/plotly-3.1.0.min.js" integrity="x"></script>'
    records.display(task, {"text/html": f"<p style='color:red'>x</p>{cdn}"})
    figure = {"data": [{"name": "</script><script>alert(1)</script>"}], "layout": {}}
    records.display(task, {PLOTLY_MIME: figure})
    pages = [get(site, f"/jobs/0/runs/{task}/outputs/{n}.html") for n in (1, 2)]

    for page in pages:
        policy = page.headers["content-security-policy"]
        assert policy.startswith("sandbox allow-scripts; default-src 'none';")
        assert "allow-same-origin" not in policy
        assert "http" not in policy
        assert "frame-ancestors 'self'" in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert '<script src="/static/brickyard/plotly.js">' in page.text
    assert "<p style='color:red'>x</p>" in pages[0].text
    assert "cdn.plot.ly" not in pages[0].text
    assert "<script>alert(1)" not in pages[1].text


def test_plotlys_script_comes_from_its_package(site: OpenSite) -> None:
    script = get(site, "/static/brickyard/plotly.js")

    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "plotly.js v" in script.text[:200]


def test_all_output_of_a_cell_as_text(records: Records, site: OpenSite) -> None:
    _, (task,) = records.add_run()
    records.add_cells(task, "a", "b")
    for n in range(0, 3_000, 100):
        records.stream(task, "".join(f"{n + m}\r\n" for m in range(100)), position=1)
    records.stream(task, "of the other\n", position=0)
    records.display(task, {"text/plain": "42", "text/html": "<b>42</b>"}, position=1)
    add_output(records.runs, task, 1, "error", {"name": "E", "value": "v", "trace": "trace"})
    made_up = {"columns": ["n"], "types": ["int"], "rows": [5]}
    records.display(task, {TABLE_MIME: made_up, "text/plain": "no table"}, position=0)
    assert get(site, f"/jobs/0/runs/{task}/cells/1/output.txt").text == "of the other\nno table\n"
    page = get(site, f"/jobs/0/runs/{task}/cells/2/output.txt")
    assert page.headers["content-type"] == "text/plain; charset=utf-8"
    assert page.text == "".join(f"{n}\r\n" for n in range(3_000)) + "42\ntrace\n"


def test_a_table_as_csv(records: Records, site: OpenSite) -> None:
    _, (task,) = records.add_run()
    records.add_cells(task, "a")
    rows = [[1, 'a "b", c'], [None, "é\nz"]]
    table = {"columns": ["n", "t"], "types": ["int", "string"], "rows": rows, "truncated": False}
    records.display(task, {TABLE_MIME: table})
    page = get(site, f"/jobs/0/runs/{task}/outputs/1.csv")
    assert page.text == 'n,t\n1,"a ""b"", c"\n,"é\nz"\n'
    assert "attachment" in page.headers["content-disposition"]


def test_a_page_that_breaks_is_an_error_page(
    records: Records, site: OpenSite, caplog: pytest.LogCaptureFixture
) -> None:
    _, (task,) = records.add_run()
    records.add_cells(task, "a")
    add_output(records.runs, task, 0, "stream", {"nonsense": 1})
    page = get(site, f"/jobs/0/runs/{task}", 500)
    assert "An error of ours" in squeezed(page)
    assert "KeyError" not in page.text
    assert "KeyError" in caplog.text
