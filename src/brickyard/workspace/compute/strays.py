"""Processes that outlived a killed server: found by a mark in their environment, and ended.

A run's own process dies with the server (PR_SET_PDEATHSIG); what it had started may live on.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path

log = logging.getLogger(__name__)

MARK = "BRICKYARD_WORKSPACE"


def end_strays(mark: str) -> None:
    """Kill every process that carries this workspace's mark, except this one (Linux only).

    Args:
        mark: What the home's servers put into their children's environment.
    """
    if sys.platform != "linux":
        return
    wanted = f"{MARK}={mark}".encode()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            marked = wanted in (folder / "environ").read_bytes().split(b"\0")
            if marked:
                os.kill(int(folder.name), signal.SIGKILL)
                log.warning("Ended process %s, left by a workspace that was killed.", folder.name)
        except OSError:
            continue  # gone meanwhile, or another user's
