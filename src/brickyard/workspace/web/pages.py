"""The addresses of the pages, and who may see them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from brickyard.workspace.api.auth import Gate
from brickyard.workspace.api.errors import ApiError, invalid, missing
from brickyard.workspace.jobs.changes import Changes
from brickyard.workspace.jobs.records import JobRecords, Row, RunRecords
from brickyard.workspace.web import files
from brickyard.workspace.web.feed import RunView, run_address
from brickyard.workspace.web.listings import LARGEST_ID, Lists, RunsTable, page_number
from brickyard.workspace.web.live import resume_point, stream
from brickyard.workspace.web.login import Login, login_address, read_form
from brickyard.workspace.web.responses import error_page, page, redirect, static_file

log = logging.getLogger(__name__)

Handler = Callable[[Request, str], Awaitable[Response]]

_RUN = "/jobs/{job_id:int}/runs/{run_id:int}"
_PARAMETER = "parameter."


class Runner(Protocol):
    """What starts and ends runs: the run manager."""

    def run_job(self, job: Row, user: str, parameters: dict[str, Any], token: str | None) -> int:
        """Start a run of a job; returns its id."""
        ...

    def cancel(self, run_id: int) -> None:
        """Begin to end a run."""
        ...


class WebPages:
    """The pages.

    Args:
        gate: Checks each request.
        jobs: The jobs.
        runs: The runs.
        changes: Says when a run changed.
        manager: Starts and ends runs for the pages' buttons.
        url: The workspace's address.
    """

    def __init__(
        self,
        gate: Gate,
        jobs: JobRecords,
        runs: RunRecords,
        changes: Changes,
        manager: Runner,
        url: str,
    ) -> None:
        self._gate = gate
        self._runs = runs
        self._lists = Lists(jobs, runs)
        self._changes = changes
        self._url = url
        self._manager = manager
        self._stopping = False

    def routes(self) -> list[BaseRoute]:
        """All addresses of the pages."""
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/", self.home),
            ("GET", "/jobs", self.home),
            ("GET", "/events", self.home_events),
            ("GET", "/jobs/{job_id:int}", self.job),
            ("GET", "/jobs/{job_id:int}/events", self.job_events),
            ("POST", "/jobs/{job_id:int}/run-now", self.run_now),
            ("GET", _RUN, self.run),
            ("GET", f"{_RUN}/events", self.run_events),
            ("POST", f"{_RUN}/cancel", self.cancel),
            ("GET", f"{_RUN}/cells/{{number:int}}/output.txt", self.cell_text),
            ("GET", f"{_RUN}/outputs/{{sequence:int}}.html", self.html_output),
            ("GET", f"{_RUN}/outputs/{{sequence:int}}.csv", self.csv_output),
        ]
        return [
            *Login(self._gate).routes(),
            Route("/static/brickyard/{name}", static_file, methods=["GET"]),
            *(Route(path, self._guarded(handler), methods=[verb]) for verb, path, handler in table),
        ]

    def stop(self) -> None:
        """End the event streams, so that the server need not wait for open pages."""
        self._stopping = True
        self._changes.notify(0)

    async def home(self, request: Request, user: str) -> Response:
        """The jobs and the latest runs."""
        found = self._lists.home(page_number(request.query_params.get("page")))
        return page("home.html", user=user, url=self._url, **found)

    async def home_events(self, request: Request, user: str) -> Response:
        """The latest runs as they change."""
        del request, user
        return stream(RunsTable(self._lists, None), self._changes, self._is_stopping)

    async def job(self, request: Request, user: str) -> Response:
        """One job."""
        number = page_number(request.query_params.get("page"))
        found = self._lists.job(request.path_params["job_id"], number)
        return page("job.html", user=user, **found)

    async def job_events(self, request: Request, user: str) -> Response:
        """A job's latest runs as they change."""
        del user
        job = self._lists.find_job(request.path_params["job_id"])
        return stream(RunsTable(self._lists, job["job_id"]), self._changes, self._is_stopping)

    async def run_now(self, request: Request, user: str) -> Response:
        """Start a run, with the parameters of the form where they differ from the defaults."""
        job = self._lists.find_job(request.path_params["job_id"])
        if not job["settings"].get("tasks"):
            raise invalid(f"Job {job['job_id']} has no tasks.")
        fields = await read_form(request)
        own = job["settings"].get("parameters") or []
        given = [
            {**item, "value": fields.get(_PARAMETER + item["name"], item["default"])}
            for item in own
        ]
        parameters = {"job_parameters": given} if given else {}
        run_id = self._manager.run_job(job, user, parameters, None)
        return redirect(run_address(self._runs.get(run_id)))

    async def run(self, request: Request, user: str) -> Response:
        """One run with its notebooks' cells."""
        view = self._find_run(request)
        view.refresh()
        job = None
        if view.row["job_id"]:
            try:
                job = self._lists.find_job(view.row["job_id"])
            except ApiError:  # deleted since: the page shows the run without a link to it
                log.debug("Job %s of run %s is gone.", view.row["job_id"], view.row["run_id"])
        return page("run.html", user=user, view=view, job=job)

    async def run_events(self, request: Request, user: str) -> Response:
        """A run's page as it changes."""
        del user
        view = self._find_run(request)
        view.refresh(upto=resume_point(request))
        view.mark_seen()
        return stream(view, self._changes, self._is_stopping)

    async def cancel(self, request: Request, user: str) -> Response:
        """Begin to end a run."""
        view = self._find_run(request)
        log.info("%s cancels run %s from its page.", user, view.row["run_id"])
        self._manager.cancel(view.row["run_id"])
        return redirect(view.address)

    async def cell_text(self, request: Request, user: str) -> Response:
        """Everything that a cell put out."""
        del user
        run_id = self._find_run(request).row["run_id"]
        return files.cell_text(self._runs, run_id, request.path_params["number"])

    async def html_output(self, request: Request, user: str) -> Response:
        """An HTML output as a document of its own."""
        del user
        return self._output(request, "html")

    async def csv_output(self, request: Request, user: str) -> Response:
        """A table as it was recorded."""
        del user
        return self._output(request, "csv")

    def _output(self, request: Request, form: str) -> Response:
        run_id = self._find_run(request).row["run_id"]
        sequence = request.path_params["sequence"]
        if sequence > LARGEST_ID:
            raise missing(f"Run {run_id} has no output {sequence}.")
        return files.output_file(self._runs, run_id, sequence, form)

    def _find_run(self, request: Request) -> RunView:
        view = self._lists.find_run(request.path_params["run_id"])
        job_id = request.path_params["job_id"]
        if job_id != (view.row["job_id"] or 0):
            raise missing(f"Run {view.row['run_id']} is not a run of job {job_id}.")
        return view

    def _is_stopping(self) -> bool:
        return self._stopping

    def _guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            user = None
            try:
                user = self._gate.check(request)
                return await handler(request, user)
            except ApiError as error:
                if user is None and error.status == 401 and _is_for_people(request):
                    return redirect(login_address(request))
                title = "Not found" if error.status == 404 else "That did not work"
                return error_page(error.status, title, error.message, user)
            except Exception:
                # The boundary: what a page did not foresee is logged whole and answered as a page.
                log.exception("%s %s failed", request.method, request.url.path)
                text = "The local workspace failed to make this page; its log has the traceback."
                return error_page(500, "An error of ours", text, user)

        return endpoint


def _is_for_people(request: Request) -> bool:
    """Whether a login page makes sense as an answer: not to a script that listens for events."""
    return not request.url.path.endswith("/events")
