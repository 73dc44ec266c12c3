"""Server-sent events: parts of a page, pushed as they change.

Source: HTML standard, "Server-sent events". An event's id is the sequence number of the last
output in it, so that a browser that comes back goes on where it was.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Protocol

from starlette.requests import Request
from starlette.responses import StreamingResponse

from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.jobs.changes import Changes
from brickyard.workspace.web.feed import Fragment

# Changes that come faster than people read are sent together.
_PAUSE_SECONDS = 0.2
_IDLE_SECONDS = 15.0
_RETRY_MS = 2000


class Source(Protocol):
    """What a stream shows."""

    @property
    def last(self) -> int:
        """Sequence number of the last output read."""
        ...

    @property
    def is_active(self) -> bool:
        """Whether more is to come."""
        ...

    def refresh(self) -> None:
        """Read what is new; ApiError when it is gone."""
        ...

    def changes(self) -> list[Fragment]:
        """What differs from the last call."""
        ...


def stream(source: Source, changes: Changes, stopping: Callable[[], bool]) -> StreamingResponse:
    """Answer with events until the source ends, the browser leaves or the workspace stops.

    Args:
        source: What to show.
        changes: Says when to look.
        stopping: Whether the workspace is about to stop.
    """
    return StreamingResponse(
        _events(source, changes, stopping),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )


def resume_point(request: Request) -> int:
    """The last output that the browser has: its own word on coming back, else the page's."""
    text = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    return int(text) if text.isdecimal() and len(text) <= 18 else 0


async def _events(
    source: Source, changes: Changes, stopping: Callable[[], bool]
) -> AsyncIterator[str]:
    yield f"retry: {_RETRY_MS}\n\n"
    async with aclosing(changes.watch(_IDLE_SECONDS)) as watch:
        async for _ in watch:
            if stopping():
                return
            try:
                source.refresh()
            except ApiError:  # it was deleted
                yield "event: end\ndata: {}\n\n"
                return
            parts = source.changes()
            yield _event(source.last, parts) if parts else ": still here\n\n"
            if not source.is_active:
                yield "event: end\ndata: {}\n\n"
                return
            await asyncio.sleep(_PAUSE_SECONDS)


def _event(last: int, parts: list[Fragment]) -> str:
    data = json.dumps([part.as_dict() for part in parts])  # one line: JSON escapes line ends
    return f"id: {last}\ndata: {data}\n\n"
