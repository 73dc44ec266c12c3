"""Installing the libraries of clusters, and saying which environment a run gets.

As on the platform, libraries are installed one after the other in the order they were asked for, a
later one winning over an earlier; one that fails leaves the others and the cluster as they are; and
what a running cluster has is not read again before a restart. Unlike there, a run never starts
while libraries of its cluster are still being installed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from brickyard.errors import BrickyardError
from brickyard.runtime.libraries.uv import without_credentials
from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.compute.environments import (
    BuildError,
    Environment,
    Environments,
    Item,
    Sources,
)
from brickyard.workspace.compute.libraries.kinds import Library, check_libraries
from brickyard.workspace.compute.libraries.records import (
    Batch,
    LibraryRecords,
    LibraryRow,
    in_order,
)
from brickyard.workspace.store import Store

log = logging.getLogger(__name__)

LIBRARY_ERROR = "LIBRARY_INSTALLATION_ERROR"


class ClusterLibraries:
    """The libraries of all clusters.

    Args:
        store: Keeps them.
        environments: Builds what they make up.
        to_local: From the platform's addresses to local paths.
        project: What every environment begins with.
        ready: Told of an environment that runs are likely to use soon.
    """

    def __init__(
        self,
        store: Store,
        environments: Environments,
        to_local: Callable[[str], str],
        project: Sequence[Item] = (),
        ready: Callable[[Environment], None] = lambda _environment: None,
    ) -> None:
        self._records = LibraryRecords(store)
        self._environments = environments
        self._sources = Sources(environments.copies, to_local)
        self._project = list(project)
        self._ready = ready
        self._workers: dict[str, asyncio.Task[None]] = {}

    def install(self, cluster_id: str, libraries: Sequence[Library]) -> None:
        """Ask for libraries; a running cluster begins to install them.

        Raises:
            ApiError: There is no such cluster.
        """
        self._records.add(cluster_id, libraries)
        self.refresh(cluster_id)

    def uninstall(self, cluster_id: str, libraries: Sequence[Library]) -> None:
        """Give libraries up; a running cluster has them until its restart.

        Raises:
            ApiError: There is no such cluster.
        """
        self._records.remove(cluster_id, libraries)

    def statuses(self, cluster_id: str) -> list[dict[str, Any]]:
        """``LibraryFullStatus`` of each library of a cluster.

        Raises:
            ApiError: There is no such cluster.
        """
        self.refresh(cluster_id)
        return [_status(row) for row in self._records.of(cluster_id)]

    def all_statuses(self) -> dict[str, list[dict[str, Any]]]:
        """The same of each cluster that has libraries."""
        return {cluster_id: self.statuses(cluster_id) for cluster_id in self._records.clusters()}

    def refresh(self, cluster_id: str) -> None:
        """Install what a running cluster still lacks; to be called when one has started."""
        if cluster_id not in self._workers:
            worker = asyncio.create_task(self._work(cluster_id), name=f"libraries-{cluster_id}")
            self._workers[cluster_id] = worker

    async def environment(
        self, cluster_id: str | None, libraries: Sequence[Mapping[str, Any]] = ()
    ) -> Environment:
        """What a run on a cluster finds installed, when all of it is.

        Args:
            cluster_id: The cluster, running; None for a run without one.
            libraries: ``Library`` objects that the run's task asks its cluster for.

        Raises:
            ApiError: A library of the task cannot be installed (LIBRARY_INSTALLATION_ERROR).
        """
        if cluster_id is None:
            return await self._environments.ensure(self._project)
        wanted = {each.key: each for each in check_libraries(libraries, "libraries")}
        if wanted:
            self._records.add(cluster_id, list(wanted.values()))
        self.refresh(cluster_id)
        while worker := self._workers.get(cluster_id):
            await asyncio.shield(worker)
        rows = self._records.of(cluster_id)
        for row in rows:
            if row.key in wanted and row.status == "FAILED":
                raise _failure(cluster_id, wanted[row.key], row.messages)
        has = [Item.of(*row.lines) for row in in_order(rows)]
        try:
            return await self._environments.ensure([*self._project, *has])
        except BuildError as exc:  # somebody removed it, and it cannot be had again
            message = f"The libraries of cluster {cluster_id} cannot be installed again: {exc}"
            raise ApiError(400, LIBRARY_ERROR, without_credentials(message)) from exc

    async def stop(self) -> None:
        """End the installations under way, as the workspace is about to stop."""
        workers = list(self._workers.values())
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        await self._environments.stop()

    async def _work(self, cluster_id: str) -> None:
        try:
            while (batch := self._records.claim(cluster_id)) is not None:
                try:
                    await self._carry(batch)
                except Exception as exc:
                    # The boundary of an installation: nothing may leave a library INSTALLING.
                    log.exception("The libraries of cluster %s broke", cluster_id)
                    for sequence, _library in batch.pending:
                        self._records.failed(batch, sequence, f"{type(exc).__name__}: {exc}")
        finally:
            del self._workers[cluster_id]

    async def _carry(self, batch: Batch) -> None:
        items: dict[int, Item] = {}
        for sequence, library in batch.pending:
            try:
                items[sequence] = await asyncio.to_thread(library.item, self._sources)
            except (BrickyardError, OSError) as exc:
                self._records.failed(batch, sequence, without_credentials(str(exc)))
        self._records.installing(batch, list(items))
        before = [*self._project, *(Item.of(*lines) for lines in batch.installed)]
        while items:
            try:
                environment = await self._environments.ensure([*before, *items.values()])
            except BuildError as exc:
                self._drop(batch, items, exc, len(before))
                continue
            for sequence, item in items.items():
                self._records.installed(batch, sequence, item.texts)
            self._ready(environment)
            return

    def _drop(self, batch: Batch, items: dict[int, Item], exc: BuildError, before: int) -> None:
        """Go on without the library that cannot be installed, as the platform does."""
        guilty = list(items)[exc.position - before :][:1] if exc.position >= before else list(items)
        for sequence in guilty:
            self._records.failed(batch, sequence, without_credentials(str(exc)))
            del items[sequence]


def _status(row: LibraryRow) -> dict[str, Any]:
    return {
        "library": row.library,
        "status": row.status,
        "messages": row.messages,
        "is_library_for_all_clusters": False,
    }


def _failure(cluster_id: str, library: Library, messages: Sequence[str]) -> ApiError:
    shown, said = without_credentials(library.shown), "\n".join(messages)
    return ApiError(
        400,
        LIBRARY_ERROR,
        f"Library installation failed for library due to user error for {shown}\n"
        f" Error messages:\nInstallation on cluster {cluster_id} failed. {said}",
    )
