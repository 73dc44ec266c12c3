"""The pools of processes: one for each environment that runs use now."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from brickyard.runtime.protocol import Folders
from brickyard.workspace.compute.environments import Environment
from brickyard.workspace.compute.processes import ProcessPool

# A zygote with everything imported holds some 200 MB; starting another takes seconds.
_IDLE_SECONDS = 600.0


@dataclass
class _Entry:
    pool: ProcessPool
    started: asyncio.Task[None]
    users: int = 0
    timer: asyncio.TimerHandle | None = None


class Pools:
    """Starts a pool when the first run needs its environment, and ends it when none did for long.

    Args:
        folders: Roots of the platform's paths, the same for every run.
        variables: What processes start with, on top of the server's own variables.
        default: The environment of runs without libraries; its pool lasts as long as the server.
        idle_seconds: How long a pool without runs is kept.
    """

    def __init__(
        self,
        folders: Folders,
        variables: Mapping[str, str],
        default: Environment,
        idle_seconds: float = _IDLE_SECONDS,
    ) -> None:
        self._folders = folders
        self._variables = dict(variables)
        self._idle_seconds = idle_seconds
        self._entries: dict[str, _Entry] = {}
        self._retiring: set[asyncio.Task[None]] = set()
        self._default = default.key
        self.default = self._pool(default)

    async def start(self) -> None:
        """Start the default environment's pool."""
        started = asyncio.create_task(self.default.start())
        self._entries[self._default] = _Entry(self.default, started)
        await started

    async def stop(self) -> None:
        """End every process."""
        entries = list(self._entries.values())
        self._entries.clear()
        for entry in entries:
            if entry.timer is not None:
                entry.timer.cancel()
        await asyncio.gather(*[_end(entry) for entry in entries], *self._retiring)

    @asynccontextmanager
    async def lease(self, environment: Environment) -> AsyncIterator[ProcessPool]:
        """The pool of an environment, which stays while the block runs."""
        entry = self._entry(environment)
        entry.users += 1
        try:
            await asyncio.shield(entry.started)
            yield entry.pool
        finally:
            entry.users -= 1
            self._watch(environment.key, entry)

    def warm(self, environment: Environment) -> None:
        """Start a pool ahead of the first run."""
        self._watch(environment.key, self._entry(environment))

    def _entry(self, environment: Environment) -> _Entry:
        entry = self._entries.get(environment.key)
        if entry is None:
            pool = self._pool(environment)
            entry = _Entry(pool, asyncio.create_task(pool.start()))
            self._entries[environment.key] = entry
        if entry.timer is not None:
            entry.timer.cancel()
            entry.timer = None
        return entry

    def _pool(self, environment: Environment) -> ProcessPool:
        variables = {**self._variables, **environment.variables(os.environ)}
        return ProcessPool(self._folders, variables, environment.python)

    def _watch(self, key: str, entry: _Entry) -> None:
        """See to the end of a pool that has nothing to do."""
        if entry.users == 0 and key != self._default and self._entries.get(key) is entry:
            loop = asyncio.get_running_loop()
            entry.timer = loop.call_later(self._idle_seconds, self._retire, key, entry)

    def _retire(self, key: str, entry: _Entry) -> None:
        del self._entries[key]
        task = asyncio.create_task(_end(entry))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)


async def _end(entry: _Entry) -> None:
    with contextlib.suppress(OSError):  # what could not be started needs no end
        await entry.started
    await entry.pool.stop()
