"""How a run's process ended, and what to say of it.

Databricks says "Fatal error: The Python kernel is unresponsive", the exit code as a shell gives it,
and for 137 that memory may have run out. Here more is known, and no more is claimed than that.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path

# What this counts, the kernel has killed for want of memory since it started (proc(5), vmstat).
_COUNTER = "oom_kill "


@dataclass(frozen=True)
class Exit:
    """How a process ended.

    Attributes:
        status: Its exit status, or minus the signal; None when that never became known.
        peak: The most memory that it has had, in bytes; 0 when not known.
        limit: The limit, in bytes, that it was killed for going over; 0 when it was not.
        kernel_kills: How many processes the kernel killed for want of memory while it ran.
        zygote_lost: The process that had forked it was killed, and it was killed with that.
    """

    status: int | None = None
    peak: int = 0
    limit: int = 0
    kernel_kills: int = 0
    zygote_lost: bool = False


def oom_kills() -> int:
    """How many processes this machine's kernel has killed for want of memory; 0 where unknown."""
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(_COUNTER)), 0)


def describe(end: Exit) -> str:
    """A message about a process that ended before its notebook did."""
    if end.limit:
        return (
            f"The Python kernel is unresponsive: its processes had {size(end.peak)} of memory, the "
            f"limit of a run is {size(end.limit)}, and they were killed (exit code 137, SIGKILL). "
            "Work on less data at a time, or raise the limit: BRICKYARD_RUN_MEMORY in the "
            "cluster's spark_env_vars, or `brickyard up --run-memory`."
        )
    if end.zygote_lost:
        return (
            "The notebook's Python process ended with its parent, the process that starts runs, "
            "which was killed before the notebook was done. Run it again."
        )
    return (
        f"The Python kernel is unresponsive: its process ended {_how(end.status)} before the "
        f"notebook did.{_why(end)}"
    )


def size(count: int) -> str:
    """Bytes for people: ``1.5 GB``, counted in 1024s as memory is."""
    for unit, scale in (("GB", 1 << 30), ("MB", 1 << 20)):
        if count >= scale:
            return f"{count / scale:.1f}".removesuffix(".0") + f" {unit}"
    return f"{count >> 10} kB"


def _how(status: int | None) -> str:
    if status is None:
        return "in a way that is not known, or did not start,"
    if status >= 0:
        return f"with exit status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:  # a real-time signal
        return f"by signal {-status} (exit code {128 - status})"
    return f"by signal {-status} ({name}, exit code {128 - status})"


def _why(end: Exit) -> str:
    if end.status != -signal.SIGKILL:
        return ""
    had = f" It had had up to {size(end.peak)} of memory." if end.peak else ""
    if end.kernel_kills:
        return (
            f"{had} Memory ran out on this machine while it ran ({end.kernel_kills} processes were "
            "killed for that), so this is the likely cause: work on less data at a time."
        )
    return (
        f"{had} Somebody killed it, or the notebook did so itself: the kernel is not known to "
        "have killed any process for want of memory meanwhile."
    )
