"""The pages of lists: jobs, runs, and one job with its runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from brickyard.workspace.api.errors import ApiError, missing
from brickyard.workspace.jobs.records import JobRecords, Row, RunRecords
from brickyard.workspace.web.feed import Fragment, RunView
from brickyard.workspace.web.templates import fragment

PAGE_SIZE = 25
LATEST = 20
LARGEST_ID = 2**63 - 1  # what the store can look for
_TABLE = "runs-table"


class Lists:
    """What the lists are made from.

    Args:
        jobs: The jobs.
        runs: The runs.
    """

    def __init__(self, jobs: JobRecords, runs: RunRecords) -> None:
        self._jobs = jobs
        self._runs = runs

    def home(self, number: int) -> dict[str, Any]:
        """Jobs of one page with the last run of each, and the latest runs of all."""
        rows = self._jobs.page(None, PAGE_SIZE + 1, (number - 1) * PAGE_SIZE)
        listed = [(row, self._last_run(row["job_id"])) for row in rows[:PAGE_SIZE]]
        return {
            "jobs": listed,
            "pages": _neighbours(number, len(rows)),
            "runs": self.latest(None),
        }

    def job(self, job_id: int, number: int) -> dict[str, Any]:
        """One job and a page of its runs.

        Raises:
            ApiError: There is no such job.
        """
        row = self.find_job(job_id)
        runs = self._runs.page(job_id=job_id, limit=PAGE_SIZE + 1, offset=(number - 1) * PAGE_SIZE)
        settings = row["settings"]
        return {
            "job": row,
            "parameters": settings.get("parameters") or [],
            "tasks": settings.get("tasks") or [],
            "settings_text": json.dumps(settings, indent=2, ensure_ascii=False),
            "runs": runs[:PAGE_SIZE],
            "pages": _neighbours(number, len(runs)),
        }

    def find_job(self, job_id: int) -> Row:
        """A job.

        Raises:
            ApiError: 404, there is none.
        """
        if job_id <= LARGEST_ID:
            try:
                return self._jobs.get(job_id)
            except ApiError as error:
                raise missing(error.message) from error
        raise missing(f"Job {job_id} does not exist.")

    def find_run(self, run_id: int) -> RunView:
        """A run of either kind, not refreshed yet.

        Raises:
            ApiError: 404, there is none.
        """
        if run_id <= LARGEST_ID:
            try:
                return RunView(self._runs, run_id)
            except ApiError as error:
                raise missing(error.message) from error
        raise missing(f"Run {run_id} does not exist.")

    def latest(self, job_id: int | None) -> list[Row]:
        """The newest runs of a job, or of all."""
        limit = LATEST if job_id is None else PAGE_SIZE
        return self._runs.page(job_id=job_id, limit=limit)

    def _last_run(self, job_id: int) -> Row | None:
        return next(iter(self._runs.page(job_id=job_id, limit=1)), None)


class RunsTable:
    """The table of the newest runs, for the event stream.

    Args:
        lists: Where they come from.
        job_id: Only this job's; None for all.
    """

    last = 0
    is_active = True

    def __init__(self, lists: Lists, job_id: int | None) -> None:
        self._lists = lists
        self._job_id = job_id
        self._rows: Sequence[Row] = ()
        self._shown: object = None

    def refresh(self) -> None:
        """Read the runs."""
        self._rows = self._lists.latest(self._job_id)

    def changes(self) -> list[Fragment]:
        """The table, when it differs from the one shown."""
        now = [
            (row["run_id"], row["life_cycle"], row["result"], row["started_ms"], row["ended_ms"])
            for row in self._rows
        ]
        if now == self._shown:
            return []
        self._shown = now
        html = fragment("runs_table", self._rows, self._job_id is None)
        return [Fragment(_TABLE, "runs", html)]


def page_number(text: str | None) -> int:
    """A page's number from an address; 1 for whatever is none."""
    return max(1, int(text)) if text and text.isdecimal() and len(text) < 8 else 1


def _neighbours(number: int, found: int) -> dict[str, int | None]:
    return {
        "number": number,
        "newer": number - 1 if number > 1 else None,
        "older": number + 1 if found > PAGE_SIZE else None,
    }
