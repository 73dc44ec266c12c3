"""Jobs, runs, cells and outputs in the store: every change of a run is one transaction here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from brickyard.notebook import Notebook
from brickyard.workspace.api.errors import invalid
from brickyard.workspace.jobs.changes import Changes
from brickyard.workspace.jobs.outputs import OutputEdit, OutputHistory
from brickyard.workspace.store import Store, now_ms
from brickyard.workspace.store.tables import cells, jobs, outputs, runs, task_values

Row = RowMapping
Json = dict[str, Any]

ACTIVE = ("PENDING", "QUEUED", "BLOCKED", "RUNNING", "TERMINATING")


class JobRecords:
    """The jobs.

    Args:
        store: The database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, settings: Json, creator: str) -> int:
        """Keep a new job; returns its id."""
        values = {
            "name": settings["name"],
            "creator": creator,
            "created_ms": now_ms(),
            "settings": settings,
        }
        with self._store.transaction() as connection:
            return _insert(connection, jobs, values)

    def get(self, job_id: int) -> Row:
        """A job.

        Raises:
            ApiError: There is none; as a parameter error, which is how the platform says it.
        """
        with self._store.transaction() as connection:
            row = connection.execute(select(jobs).where(jobs.c.job_id == job_id)).mappings().first()
        if row is None:
            raise invalid(f"Job {job_id} does not exist.")
        return row

    def replace(self, job_id: int, settings: Json) -> None:
        """Give a job other settings."""
        with self._store.transaction() as connection:
            connection.execute(
                update(jobs)
                .where(jobs.c.job_id == job_id)
                .values(settings=settings, name=settings["name"])
            )

    def delete(self, job_id: int) -> None:
        """Remove a job; its runs stay, as on the platform."""
        with self._store.transaction() as connection:
            connection.execute(delete(jobs).where(jobs.c.job_id == job_id))

    def page(self, name: str | None, limit: int, offset: int) -> list[Row]:
        """Jobs, the newest first.

        Args:
            name: Only those of this name, whatever its case.
            limit: At most so many.
            offset: After so many.
        """
        query = select(jobs).order_by(jobs.c.job_id.desc()).limit(limit).offset(offset)
        if name is not None:
            query = query.where(func.lower(jobs.c.name) == name.lower())
        with self._store.transaction() as connection:
            return list(connection.execute(query).mappings())


class RunRecords:
    """The runs: job runs, and under each its task runs.

    Args:
        store: The database.
        changes: Is told of every change.

    Attributes:
        history: Which outputs were changed after they were kept.
    """

    def __init__(self, store: Store, changes: Changes) -> None:
        self.history = OutputHistory()
        self._store = store
        self._changes = changes

    def create(self, run: Json, tasks: Iterable[Json]) -> tuple[int, list[int]]:
        """Keep a job run and its task runs, at once.

        Returns:
            The run's id, and those of its tasks in order.
        """
        with self._store.transaction() as connection:
            run_id = _insert(connection, runs, run)
            task_ids = [_insert(connection, runs, {**t, "parent_id": run_id}) for t in tasks]
        self._changes.notify(run_id)
        return run_id, task_ids

    def get(self, run_id: int) -> Row:
        """A run of either kind.

        Raises:
            ApiError: There is none.
        """
        row = self._first(select(runs).where(runs.c.run_id == run_id))
        if row is None:
            raise invalid(f"Run {run_id} does not exist.")
        return row

    def by_token(self, token: str) -> Row | None:
        """The run that was made with an idempotency token."""
        return self._first(select(runs).where(runs.c.idempotency_token == token))

    def tasks(self, run_id: int) -> list[Row]:
        """The task runs of a job run, in the job's order."""
        query = select(runs).where(runs.c.parent_id == run_id).order_by(runs.c.run_id)
        with self._store.transaction() as connection:
            return list(connection.execute(query).mappings())

    def count_active(self, job_id: int) -> int:
        """How many runs of a job are not at their end."""
        query = (
            select(func.count())
            .select_from(runs)
            .where(runs.c.job_id == job_id, runs.c.parent_id.is_(None))
            .where(runs.c.life_cycle.in_(ACTIVE))
        )
        with self._store.transaction() as connection:
            return int(connection.execute(query).scalar_one())

    def page(
        self,
        *,
        job_id: int | None = None,
        active: bool | None = None,
        run_type: str | None = None,
        started_from: int | None = None,
        started_to: int | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> list[Row]:
        """Job runs, the newest first.

        Args:
            job_id: Only this job's.
            active: Only those that have not ended (True), or have (False).
            run_type: Only JOB_RUN or SUBMIT_RUN.
            started_from: Created at or after, epoch milliseconds.
            started_to: Created at or before, epoch milliseconds.
            limit: At most so many.
            offset: After so many.
        """
        query = select(runs).where(runs.c.parent_id.is_(None)).order_by(runs.c.run_id.desc())
        if job_id is not None:
            query = query.where(runs.c.job_id == job_id)
        if active is not None:
            is_active = runs.c.life_cycle.in_(ACTIVE)
            query = query.where(is_active if active else ~is_active)
        if run_type is not None:
            query = query.where(runs.c.run_type == run_type)
        if started_from is not None:
            query = query.where(runs.c.created_ms >= started_from)
        if started_to is not None:
            query = query.where(runs.c.created_ms <= started_to)
        with self._store.transaction() as connection:
            return list(connection.execute(query.limit(limit).offset(offset)).mappings())

    def change(self, run_id: int, **values: Any) -> None:
        """Set columns of a run."""
        with self._store.transaction() as connection:
            connection.execute(update(runs).where(runs.c.run_id == run_id).values(values))
        self._changes.notify(run_id)

    def note_ending(self, run_id: int) -> None:
        """Say that a run is being ended, unless it has ended already."""
        with self._store.transaction() as connection:
            connection.execute(
                update(runs)
                .where(runs.c.run_id == run_id, runs.c.life_cycle.in_(ACTIVE))
                .values(life_cycle="TERMINATING")
            )
        self._changes.notify(run_id)

    def delete(self, run_id: int) -> None:
        """Remove a run with its tasks, cells and outputs."""
        with self._store.transaction() as connection:
            connection.execute(delete(runs).where(runs.c.run_id == run_id))

    def end_orphans(self, message: str) -> list[int]:
        """End every run that is still active though no process can be carrying it.

        Args:
            message: Why they ended.

        Returns:
            The runs that were ended.
        """
        with self._store.transaction() as connection:
            active = runs.c.life_cycle.in_(ACTIVE)
            found = list(connection.execute(select(runs.c.run_id).where(active)).scalars())
            connection.execute(
                update(runs)
                .where(active)
                .values(
                    life_cycle="INTERNAL_ERROR",
                    result="FAILED",
                    termination_code="INTERNAL_ERROR",
                    message=message,
                    error=message,
                    ended_ms=now_ms(),
                )
            )
            _finish_cells(connection, found)
        return found

    def add_cells(self, run_id: int, notebook: Notebook) -> None:
        """Keep the notebook as it is now: what the run page shows."""
        rows = [
            {
                "run_id": run_id,
                "position": cell.position,
                "language": cell.language,
                "title": cell.title,
                "source": cell.source,
                "state": "PENDING",
            }
            for cell in notebook.cells
        ]
        if rows:
            with self._store.transaction() as connection:
                connection.execute(insert(cells), rows)

    def set_task_value(self, run_id: int, task_key: str, key: str, value: str, limit: int) -> bool:
        """Keep a task value, in place of an earlier one of the same key.

        Args:
            run_id: The job run.
            task_key: The task.
            key: The value's name.
            value: As JSON.
            limit: How many a job run may have.

        Returns:
            Whether there was room for it.
        """
        names = {"run_id": run_id, "task_key": task_key, "key": key}
        mine = task_values.c.run_id == run_id
        same = and_(mine, task_values.c.task_key == task_key, task_values.c.key == key)
        with self._store.transaction() as connection:
            connection.execute(delete(task_values).where(same))
            count = select(func.count()).select_from(task_values).where(mine)
            if int(connection.execute(count).scalar_one()) >= limit:
                return False
            connection.execute(insert(task_values).values(**names, value=value))
        return True

    def task_values(self, run_id: int) -> list[Row]:
        """The task values of a job run."""
        query = select(task_values).where(task_values.c.run_id == run_id)
        with self._store.transaction() as connection:
            return list(connection.execute(query).mappings())

    def cells(self, run_id: int) -> list[Row]:
        """The cells of a task run in order."""
        query = select(cells).where(cells.c.run_id == run_id).order_by(cells.c.position)
        with self._store.transaction() as connection:
            return list(connection.execute(query).mappings())

    def change_cell(self, run_id: int, position: int, state: str, time_ms: int) -> None:
        """Note that a cell began or ended."""
        column = "started_ms" if state == "RUNNING" else "ended_ms"
        with self._store.transaction() as connection:
            connection.execute(
                update(cells)
                .where(cells.c.run_id == run_id, cells.c.position == position)
                .values({"state": state, column: time_ms})
            )
        self._changes.notify(run_id)

    def finish_cells(self, run_id: int) -> None:
        """Mark the cells that the notebook broke off in, and those it never came to."""
        with self._store.transaction() as connection:
            _finish_cells(connection, [run_id])

    @contextmanager
    def edit_outputs(self, run_id: int) -> Iterator[OutputEdit]:
        """Change a run's outputs in one transaction."""
        with self._store.transaction() as connection:
            yield OutputEdit(connection, self.history, run_id)
        self._changes.notify(run_id)

    def outputs(self, run_id: int, after: int = 0, position: int | None = None) -> list[Row]:
        """Outputs in order of their coming.

        Args:
            run_id: The task run.
            after: Only those with a higher sequence number.
            position: Only those of this cell.
        """
        query = (
            select(outputs)
            .where(outputs.c.run_id == run_id, outputs.c.sequence > after)
            .order_by(outputs.c.sequence)
        )
        if position is not None:
            query = query.where(outputs.c.position == position)
        with self._store.transaction() as connection:
            return list(connection.execute(query).mappings())

    def output(self, run_id: int, sequence: int) -> Row | None:
        """One output."""
        return self._first(
            select(outputs).where(outputs.c.run_id == run_id, outputs.c.sequence == sequence)
        )

    def _first(self, query: Select[Any]) -> Row | None:
        with self._store.transaction() as connection:
            return connection.execute(query).mappings().first()


def _insert(connection: Connection, table: Table, values: Json) -> int:
    """Insert a row; returns the id it got."""
    key = connection.execute(insert(table).values(values)).inserted_primary_key
    assert key is not None  # noqa: S101 - only an insert of many rows gives none
    return int(key[0])


def _finish_cells(connection: Connection, run_ids: list[int]) -> None:
    of_runs = cells.c.run_id.in_(run_ids)
    connection.execute(
        update(cells)
        .where(of_runs, cells.c.state == "RUNNING")
        .values(state="FAILED", ended_ms=now_ms())
    )
    connection.execute(
        update(cells).where(of_runs, cells.c.state == "PENDING").values(state="SKIPPED")
    )
