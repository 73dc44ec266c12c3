"""The libraries of clusters as they are stored, each with its state.

A state holds for one life of its cluster: from a start to the next. It carries the time of that
start, so that whatever happens to the cluster, a killed server included, a state that is out of
date is known by looking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from brickyard.workspace.api.errors import invalid
from brickyard.workspace.compute.libraries.kinds import Library
from brickyard.workspace.store import Store
from brickyard.workspace.store.tables import cluster_libraries, clusters

LibraryRow = Row[tuple[Any, ...]]
_table = cluster_libraries.c


@dataclass(frozen=True)
class Batch:
    """Libraries of one cluster to install together.

    Attributes:
        cluster_id: The cluster.
        life: When it started.
        installed: What it has, as lines for uv, in the order of installation.
        pending: What is to come: row and library.
    """

    cluster_id: str
    life: int
    installed: list[list[str]]
    pending: list[tuple[int, Library]]


class LibraryRecords:
    """Keeps libraries.

    Args:
        store: Where.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, cluster_id: str, libraries: Sequence[Library]) -> None:
        """Ask for libraries; those that a running cluster has already are left as they are.

        Raises:
            ApiError: There is no such cluster.
        """
        with self._store.transaction() as connection:
            life = _follow(connection, cluster_id)
            for library in libraries:
                row = _find(connection, cluster_id, library)
                if row is not None and row.status == "UNINSTALL_ON_RESTART" and row.lines:
                    _change(connection, row.sequence, status="INSTALLED")  # it never went
                    continue
                if row is not None and row.status in ("FAILED", "UNINSTALL_ON_RESTART"):
                    _delete(connection, row.sequence)
                    row = None  # tried again, after what came since
                if row is None:
                    _insert(connection, cluster_id, library, life)

    def remove(self, cluster_id: str, libraries: Sequence[Library]) -> None:
        """Give libraries up: at once, or at the restart of a running cluster.

        Raises:
            ApiError: There is no such cluster.
        """
        with self._store.transaction() as connection:
            life = _follow(connection, cluster_id)
            for library in libraries:
                row = _find(connection, cluster_id, library)
                if row is not None and life is not None:
                    _change(connection, row.sequence, status="UNINSTALL_ON_RESTART")
                elif row is not None:
                    _delete(connection, row.sequence)

    def of(self, cluster_id: str) -> list[LibraryRow]:
        """A cluster's libraries: in the order they were added, those to be removed last.

        Raises:
            ApiError: There is no such cluster.
        """
        with self._store.transaction() as connection:
            _follow(connection, cluster_id)
            rows = _rows(connection, cluster_id)
        return sorted(rows, key=lambda row: row.status == "UNINSTALL_ON_RESTART")

    def clusters(self) -> list[str]:
        """The clusters that have libraries."""
        with self._store.transaction() as connection:
            return list(
                connection.scalars(
                    select(_table.cluster_id).distinct().order_by(_table.cluster_id)
                ).all()
            )

    def claim(self, cluster_id: str) -> Batch | None:
        """What a running cluster still has to install, RESOLVING from now on; None when nothing."""
        with self._store.transaction() as connection:
            if _life(connection, cluster_id) is None:
                return None
            life = _follow(connection, cluster_id)
            rows = _rows(connection, cluster_id)
            pending = [row for row in rows if row.status == "PENDING"]
            if life is None or not pending:
                return None
            for row in pending:
                _change(connection, row.sequence, status="RESOLVING")
            return Batch(
                cluster_id,
                life,
                [row.lines for row in in_order(rows)],
                [(row.sequence, _library(row)) for row in pending],
            )

    def installing(self, batch: Batch, sequences: Sequence[int]) -> None:
        """Say that uv is at work."""
        with self._store.transaction() as connection:
            for sequence in sequences:
                _finish(connection, batch, sequence, status="INSTALLING")

    def installed(self, batch: Batch, sequence: int, lines: list[str]) -> None:
        """Say that a library can be used now.

        Args:
            batch: What it came with.
            sequence: Its row.
            lines: What uv was given.
        """
        with self._store.transaction() as connection:
            _finish(connection, batch, sequence, status="INSTALLED", lines=lines)

    def failed(self, batch: Batch, sequence: int, message: str) -> None:
        """Say that a library cannot be used, and why."""
        with self._store.transaction() as connection:
            _finish(connection, batch, sequence, status="FAILED", messages=[message])


def in_order(rows: Sequence[LibraryRow]) -> list[LibraryRow]:
    """Those of a cluster's libraries that it has, in the order of installation."""
    return sorted([row for row in rows if row.lines is not None], key=lambda row: row.sequence)


def _life(connection: Connection, cluster_id: str) -> int | None:
    """When a running cluster started; None for one that does not run or does not exist."""
    running = (clusters.c.cluster_id == cluster_id) & (clusters.c.state == "RUNNING")
    return connection.scalar(select(clusters.c.started_ms).where(running))


def _follow(connection: Connection, cluster_id: str) -> int | None:
    """Bring the states of a cluster's libraries in line with the cluster's own life.

    Returns:
        When it started; None when it does not run.
    """
    known = select(clusters.c.cluster_id).where(clusters.c.cluster_id == cluster_id)
    if connection.scalar(known) is None:
        raise invalid(f"Cluster {cluster_id} does not exist")
    life = _life(connection, cluster_id)
    of_another_life = (_table.cluster_id == cluster_id) & _table.life.is_distinct_from(life)
    connection.execute(
        delete(cluster_libraries).where(of_another_life, _table.status == "UNINSTALL_ON_RESTART")
    )
    connection.execute(
        update(cluster_libraries)
        .where(of_another_life)
        .values(status="PENDING", messages=[], lines=None, life=life)
    )
    return life


def _rows(connection: Connection, cluster_id: str) -> list[LibraryRow]:
    return list(
        connection.execute(
            select(cluster_libraries)
            .where(_table.cluster_id == cluster_id)
            .order_by(_table.sequence)
        ).all()
    )


def _find(connection: Connection, cluster_id: str, library: Library) -> LibraryRow | None:
    wanted = (_table.cluster_id == cluster_id) & (_table.key == library.key)
    return connection.execute(select(cluster_libraries).where(wanted)).one_or_none()


def _insert(connection: Connection, cluster_id: str, library: Library, life: int | None) -> None:
    connection.execute(
        insert(cluster_libraries).values(
            cluster_id=cluster_id,
            key=library.key,
            library=dict(library.content),
            status="PENDING",
            messages=[],
            life=life,
        )
    )


def _delete(connection: Connection, sequence: int) -> None:
    connection.execute(delete(cluster_libraries).where(_table.sequence == sequence))


def _change(connection: Connection, sequence: int, **values: object) -> None:
    connection.execute(
        update(cluster_libraries).where(_table.sequence == sequence).values(**values)
    )


def _finish(connection: Connection, batch: Batch, sequence: int, **values: object) -> None:
    """Change a library, unless its cluster has begun another life meanwhile.

    One that is to be removed at the restart by now stays marked so.
    """
    row = connection.execute(
        select(cluster_libraries).where(_table.sequence == sequence, _table.life == batch.life)
    ).one_or_none()
    if row is None or _life(connection, batch.cluster_id) != batch.life:
        return
    if row.status == "UNINSTALL_ON_RESTART":
        values.pop("status", None)
    if values:
        _change(connection, sequence, **values)


def _library(row: LibraryRow) -> Library:
    kind = next(iter(row.library))
    return Library(kind, row.library)
