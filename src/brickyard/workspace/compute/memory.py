"""A limit on the memory of a run: its processes are measured, and killed when they go over it.

Limits that the kernel holds do not fit: RLIMIT_AS and RLIMIT_DATA count what is reserved, and the
engine and Arrow reserve many times what they use; control groups need a delegation that few
machines give. So the memory of the run's process and all its descendants is watched (Linux only).
What counts is what only their end would free: anonymous and shared memory, by the kernel's
proportional count, so that pages which forks still share count once; mapped files do not count.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from brickyard.errors import BrickyardError
from brickyard.runtime.proctree import tree

# The variable of a cluster's ``spark_env_vars`` and of ``brickyard up``.
VARIABLE = "BRICKYARD_RUN_MEMORY"

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
_SCALES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
# Below this no notebook can start.
_LEAST = 64 << 20

# Memory fills at some GB a second at most: between two looks a few hundred MB.
_INTERVAL_SECONDS = 0.05

_QUICK = re.compile(rb"^(?:RssAnon|RssShmem|VmSwap):\s+(\d+) kB", re.MULTILINE)
_EXACT = re.compile(rb"^(?:Pss_Anon|Pss_Shmem|SwapPss):\s+(\d+) kB", re.MULTILINE)


class MemorySizeError(BrickyardError):
    """A size that cannot be read."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{VARIABLE}: {text!r} is no size of memory for a run.",
            "Write it like 4g or 512m; the least is 64m.",
        )


def parse_size(text: str) -> int:
    """A size in bytes, from a text such as ``4g`` or ``512m``.

    Raises:
        MemorySizeError: It is no size, or too small for any run.
    """
    match = _SIZE.fullmatch(text.strip())
    count = int(float(match[1]) * _SCALES[match[2].lower()]) if match else 0
    if count < _LEAST:
        raise MemorySizeError(text)
    return count


def limit_of(cluster: Mapping[str, Any]) -> int | None:
    """The limit that a cluster sets for its runs, in bytes; None when it sets none.

    Args:
        cluster: Its settings.

    Raises:
        MemorySizeError: It cannot be read.
    """
    text = (cluster.get("spark_env_vars") or {}).get(VARIABLE)
    return parse_size(str(text)) if text is not None else None


async def watch(pid: int, limit: int) -> int:
    """Look at a process and its descendants until they have more memory than a limit.

    Args:
        pid: The process; whoever calls cancels this when it ends.
        limit: In bytes.

    Returns:
        What they have then, in bytes.
    """
    while True:
        used = await asyncio.to_thread(measure, pid, limit)
        if used > limit:
            return used
        await asyncio.sleep(_INTERVAL_SECONDS)


def measure(pid: int, enough: int = 0) -> int:
    """The memory of a process and its descendants, in bytes.

    Args:
        pid: The process.
        enough: Where a quick look, which counts shared pages several times, finds no more than
            this, its result is returned; the exact count of many GB takes tens of milliseconds.
    """
    family = tree(pid)
    quick = sum(_total(member, "status", _QUICK) for member in family)
    if quick <= enough:
        return quick
    exact = sum(_total(member, "smaps_rollup", _EXACT) for member in family)
    return exact or quick  # older kernels do not tell the parts


def _total(pid: int, name: str, pattern: re.Pattern[bytes]) -> int:
    try:
        text = Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:  # it has ended
        return 0
    return sum(int(kilobytes) for kilobytes in pattern.findall(text)) << 10
