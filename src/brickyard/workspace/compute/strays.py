"""Processes that outlived the zygote or the server that they belong to, found by their environment.

A zygote ends what its runs leave, also when the server dies; only when it is killed itself, with
no time for that, something may be left: runs die with it (PR_SET_PDEATHSIG), what they had started
into sessions of their own does not.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path

log = logging.getLogger(__name__)

# Set for all that a home's servers start, and for all that one zygote starts.
MARK = "BRICKYARD_WORKSPACE"
ZYGOTE_MARK = "BRICKYARD_ZYGOTE"

# While processes are killed, one of them may just be forking another.
_ROUNDS = 10


def end_strays(name: str, value: str) -> int:
    """Kill every process that carries a mark, except this one (Linux only).

    Args:
        name: The variable in the processes' environment.
        value: Its value.

    Returns:
        How many there were.
    """
    if sys.platform != "linux":
        return 0
    mark = f"{name}={value}".encode()
    killed: set[int] = set()
    for _ in range(_ROUNDS):
        found = {pid for pid in _marked(mark) if _kill(pid)}
        if not found - killed:  # those that were killed may take a moment to vanish
            break
        killed |= found
    if killed:
        log.warning("Ended %d processes that had lost their parent: %s", len(killed), killed)
    return len(killed)


def _marked(mark: bytes) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue  # gone meanwhile, or another user's
    return found


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return False
    return True
