"""Which processes descend from which (Linux)."""

from __future__ import annotations

import contextlib
from pathlib import Path


def children(pid: int) -> set[int]:
    """The direct children of a process, also ended ones that nobody has waited for.

    Args:
        pid: The process; none are found when it is gone.
    """
    found: set[int] = set()
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return found
    for thread in threads:  # a child belongs to the thread that forked it
        try:
            listed = (thread / "children").read_text()
        except FileNotFoundError:
            if thread.exists():
                return _by_parent().get(pid, set())  # a kernel without CONFIG_PROC_CHILDREN
            continue
        except OSError:
            continue
        found.update(map(int, listed.split()))
    return found


def tree(pid: int) -> set[int]:
    """A process and all that descends from it."""
    found, todo = {pid}, [pid]
    while todo:
        new = children(todo.pop()) - found
        found |= new
        todo += new
    return found


def _by_parent() -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                # The second field, the name, may hold blanks and parentheses.
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                found.setdefault(int(fields[1]), set()).add(int(folder.name))
    return found
