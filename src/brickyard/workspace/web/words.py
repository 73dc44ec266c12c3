"""States, lengths and moments in words."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Row = Mapping[Any, Any]  # of the store, or like one

_SECOND, _MINUTE, _HOUR, _DAY = 1000, 60_000, 3_600_000, 86_400_000


@dataclass(frozen=True)
class State:
    """What a state is called, and how it looks.

    Attributes:
        word: For people.
        tone: ``ok``, ``bad``, ``run``, ``wait`` or ``idle``: a class of the style sheet.
    """

    word: str
    tone: str


_ACTIVE = {
    "PENDING": State("Pending", "wait"),
    "QUEUED": State("Queued", "wait"),
    "BLOCKED": State("Waiting for tasks", "wait"),
    "RUNNING": State("Running", "run"),
    "TERMINATING": State("Cancelling", "run"),
}
_RESULTS = {
    "SUCCESS": State("Succeeded", "ok"),
    "SUCCESS_WITH_FAILURES": State("Succeeded with failures", "ok"),
    "FAILED": State("Failed", "bad"),
    "TIMEDOUT": State("Timed out", "bad"),
    "CANCELED": State("Cancelled", "idle"),
    "UPSTREAM_FAILED": State("Upstream failed", "bad"),
    "UPSTREAM_CANCELED": State("Upstream cancelled", "idle"),
    "EXCLUDED": State("Excluded", "idle"),
    "MAXIMUM_CONCURRENT_RUNS_REACHED": State("Skipped: too many runs", "idle"),
}
_CELLS = {
    "PENDING": State("Waiting", "wait"),
    "RUNNING": State("Running", "run"),
    "FINISHED": State("Finished", "ok"),
    "FAILED": State("Failed", "bad"),
    "SKIPPED": State("Skipped", "idle"),
}


def run_state(row: Row) -> State:
    """The state of a run of either kind."""
    found = _ACTIVE.get(row["life_cycle"])
    if found is None:
        found = _RESULTS.get(row["result"] or "")
    return found or _unknown(row["result"] or row["life_cycle"])


def cell_state(row: Row) -> State:
    """The state of a cell."""
    return _CELLS.get(row["state"]) or _unknown(row["state"])


def length(milliseconds: int) -> str:
    """A duration, such as ``840 ms``, ``12.4 s``, ``3 min 5 s`` or ``2 h 10 min``."""
    if milliseconds < _SECOND:
        return f"{max(0, milliseconds)} ms"
    if milliseconds < _MINUTE:
        return f"{milliseconds / _SECOND:.1f} s"
    if milliseconds < _HOUR:
        return f"{milliseconds // _MINUTE} min {milliseconds % _MINUTE // _SECOND} s"
    return f"{milliseconds // _HOUR} h {milliseconds % _HOUR // _MINUTE} min"


def ago(milliseconds: int, now: int | None = None) -> str:
    """A moment as seen from now.

    Args:
        milliseconds: The moment, epoch milliseconds.
        now: Now, epoch milliseconds; None asks the clock.
    """
    passed = (time.time_ns() // 1_000_000 if now is None else now) - milliseconds
    for size, name, below in (
        (_MINUTE, "minute", _HOUR),
        (_HOUR, "hour", _DAY),
        (_DAY, "day", 30 * _DAY),
    ):
        if passed < size:
            return "just now"
        if passed < below:
            count = passed // size
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return _moment(milliseconds).strftime("%d %b %Y")


def iso(milliseconds: int) -> str:
    """A moment as ``<time datetime>`` wants it."""
    return _moment(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def full(milliseconds: int) -> str:
    """A moment in full, in UTC."""
    return _moment(milliseconds).strftime("%Y-%m-%d %H:%M:%S UTC")


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _unknown(name: str) -> State:
    return State(name.replace("_", " ").capitalize(), "idle")
