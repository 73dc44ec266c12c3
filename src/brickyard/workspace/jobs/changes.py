"""Who waits for news of a run is woken when there is any; what the news is, the store says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator


class Changes:
    """Wakes those who watch runs."""

    def __init__(self) -> None:
        self._watchers: set[asyncio.Event] = set()

    def notify(self, run_id: int) -> None:
        """Something of a run has changed; watchers look for themselves what."""
        del run_id  # watchers are few: waking them all costs less than keeping them apart
        for watcher in self._watchers:
            watcher.set()

    async def watch(self, idle_seconds: float) -> AsyncGenerator[None]:
        """Yield at once, and then whenever something changed or nothing did for a while.

        Args:
            idle_seconds: How long a pause may get.
        """
        watcher = asyncio.Event()
        self._watchers.add(watcher)
        try:
            while True:
                yield
                try:
                    await asyncio.wait_for(watcher.wait(), idle_seconds)
                except TimeoutError:
                    continue
                finally:
                    watcher.clear()
        finally:
            self._watchers.discard(watcher)
