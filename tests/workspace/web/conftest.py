"""The pages over real HTTP, their records filled by hand.

The store belongs to its event loop, so a test's server, browser and changes of records share one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from brickyard.notebook import Cell, Notebook
from brickyard.workspace.api.app import build_app
from brickyard.workspace.api.auth import Gate
from brickyard.workspace.jobs.changes import Changes
from brickyard.workspace.jobs.records import JobRecords, Row, RunRecords
from brickyard.workspace.store import Store
from brickyard.workspace.web import WebPages
from tests.support.outputs import add_output

TOKEN = "dapi-test-token"
USER = "ada@example.com"
STARTED = 1_700_000_000_000

Json = dict[str, Any]


@dataclass
class Records:
    """Jobs and runs, made as the run manager makes them."""

    jobs: JobRecords
    runs: RunRecords
    changes: Changes

    def add_job(self, name: str = "training", **settings: Any) -> int:
        tasks = [{"task_key": "main", "notebook_task": {"notebook_path": "/Shared/train"}}]
        values = {"name": name, "max_concurrent_runs": 1, "format": "MULTI_TASK", "tasks": tasks}
        return self.jobs.create({**values, **settings}, USER)

    def add_run(
        self, job_id: int | None = None, *, tasks: int = 1, **values: Any
    ) -> tuple[int, list[int]]:
        run: Json = {
            "job_id": job_id,
            "run_type": "JOB_RUN" if job_id else "SUBMIT_RUN",
            "name": "training",
            "creator": USER,
            "settings": {"format": "MULTI_TASK"},
            "parameters": {},
            "life_cycle": "RUNNING",
            "number_in_job": 1,
            "attempt": 0,
            "created_ms": STARTED,
            "started_ms": STARTED,
            **values,
        }
        keys = [f"task{n}" if n else "main" for n in range(tasks)]
        task_runs = [
            run
            | {
                "task_key": key,
                "name": key,
                "parameters": {},
                "settings": {
                    "task_key": key,
                    "notebook_task": {
                        "notebook_path": "/Shared/train",
                        "base_parameters": {"month": "11"},
                    },
                },
            }
            for key in keys
        ]
        return self.runs.create(run, task_runs)

    def add_cells(self, task_id: int, *sources: str | tuple[str, str]) -> None:
        cells = []
        for position, source in enumerate(sources):
            language, text = source if isinstance(source, tuple) else ("python", source)
            cells.append(Cell(position, language, text))
        self.runs.add_cells(task_id, Notebook("python", tuple(cells)))

    def stream(self, task_id: int, text: str, name: str = "stdout", position: int = 0) -> None:
        add_output(self.runs, task_id, position, "stream", {"name": name, "text": text})

    def display(self, task_id: int, data: Json, position: int = 0) -> None:
        add_output(self.runs, task_id, position, "display", data)

    def end(self, *run_ids: int, result: str = "SUCCESS", **values: Any) -> None:
        for run_id in run_ids:
            self.runs.change(
                run_id,
                life_cycle="TERMINATED",
                result=result,
                ended_ms=STARTED + 12_000,
                **values,
            )


@dataclass
class FakeRunner:
    """Notes what the pages' buttons ask for; carrying runs needs processes."""

    records: Records
    started: list[Json] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)

    def run_job(self, job: Row, user: str, parameters: Json, token: str | None) -> int:
        self.started.append({"job_id": job["job_id"], "user": user, "parameters": parameters})
        return self.records.add_run(job["job_id"], parameters=parameters)[0]

    def cancel(self, run_id: int) -> None:
        self.cancelled.append(run_id)
        self.records.runs.change(run_id, life_cycle="TERMINATING")


@dataclass
class Site:
    """A served workspace without anything but its pages."""

    url: str
    records: Records
    runner: FakeRunner
    pages: WebPages
    gate: Gate

    def browser(self, *, signed_in: bool = True) -> httpx.AsyncClient:
        """A client that keeps cookies and does not follow redirects by itself."""
        client = httpx.AsyncClient(base_url=self.url, timeout=10, trust_env=False)
        if signed_in:
            session = self.gate.open_session(TOKEN)
            assert session is not None
            client.cookies.set(self.gate.cookie, session)
        return client


OpenSite = Callable[[], AbstractAsyncContextManager[Site]]


@asynccontextmanager
async def _no_lifespan(_app: Starlette) -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def serve_site(records: Records) -> AsyncIterator[Site]:
    """Serve the pages in the running loop."""
    gate = Gate(TOKEN, USER, ["127.0.0.1", "localhost"])
    runner = FakeRunner(records)
    url = "http://127.0.0.1"
    pages = WebPages(gate, records.jobs, records.runs, records.changes, runner, url)
    app = build_app(gate, 42, [], pages.routes(), _no_lifespan)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done(), "the server did not start"
        await asyncio.sleep(0.001)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Site(f"http://127.0.0.1:{port}", records, runner, pages, gate)
    finally:
        pages.stop()
        server.should_exit = True
        await task


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Empty records."""
    store = Store(tmp_path / "store.db")
    changes = Changes()
    yield Records(JobRecords(store), RunRecords(store, changes), changes)
    store.close()


@pytest.fixture
def site(records: Records) -> OpenSite:
    """Serves the records while it is entered."""
    return lambda: serve_site(records)
