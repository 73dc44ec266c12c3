"""Open DBFS streams: create, add-block, close; each ends after ten idle minutes."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from brickyard.workspace.api.errors import ApiError, missing
from brickyard.workspace.files.staging import Draft

IDLE_SECONDS = 600.0
_MOST_OPEN = 200
# Clients keep a handle as a number; JSON numbers are exact up to 2**53.
_LARGEST_HANDLE = 2**53


@dataclass
class Stream:
    """One file being written through a handle."""

    draft: Draft
    target: Path
    overwrite: bool
    last_used: float


class Handles:
    """The open streams of one workspace, in memory: they end with the server, as do their drafts.

    Args:
        clock: Seconds; tests put their own.
        most_open: How many may be open, each holding a file descriptor.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, most_open: int = _MOST_OPEN
    ) -> None:
        self._clock = clock
        self._most_open = most_open
        self._open: dict[int, Stream] = {}

    def add(self, draft: Draft, target: Path, *, overwrite: bool) -> int:
        """Keep a stream.

        Returns:
            Its handle.

        Raises:
            ApiError: 429 when too many are open.
        """
        self._expire()
        if len(self._open) >= self._most_open:
            draft.discard()
            raise ApiError(
                429,
                "QUOTA_EXCEEDED",
                f"{self._most_open} streams are open already: close some first.",
            )
        handle = 1 + secrets.randbelow(_LARGEST_HANDLE - 1)
        self._open[handle] = Stream(draft, target, overwrite, self._clock())
        return handle

    def get(self, handle: int) -> Stream:
        """The stream of a handle, used from now on.

        Raises:
            ApiError: 404 when there is none, or none any more.
        """
        self._expire()
        stream = self._open.get(handle)
        if stream is None:
            raise missing(f"No open stream has the handle {handle}; it may have idled out.")
        stream.last_used = self._clock()
        return stream

    def take(self, handle: int) -> Stream:
        """The stream of a handle, which is gone from now on.

        Raises:
            ApiError: 404 when there is none.
        """
        stream = self.get(handle)
        del self._open[handle]
        return stream

    def _expire(self) -> None:
        oldest = self._clock() - IDLE_SECONDS
        for handle in [h for h, stream in self._open.items() if stream.last_used < oldest]:
            self._open.pop(handle).draft.discard()
