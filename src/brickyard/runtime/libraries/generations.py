"""A folder that changes all at once: whoever is killed, it is as before or as after.

The folder is a symbolic link to one of several generations; a change is made in a copy (of hard
links, where the file system has them), and the link is renamed over the old one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path


class Generations:
    """The generations of one folder.

    Args:
        link: The folder as others know it.
    """

    def __init__(self, link: Path) -> None:
        self._link = link
        self._parent = link.with_name(f"{link.name}.d")

    def ensure(self) -> None:
        """Let the folder be there, empty at first."""
        if self._link.is_dir():
            return
        with self._locked():
            if not self._link.is_dir():
                self._point_to(self._fresh())

    @contextlib.contextmanager
    def change(self) -> Iterator[Change]:
        """A copy to change; what is done to it counts only once it is kept.

        Only one process at a time has one. What is given up, or replaced, stays on the disk: it
        goes with the run, and nobody waits for it.
        """
        with self._locked():
            change = Change(self._fresh())
            if self._link.is_dir():
                _clone(self._link, change.folder)
            yield change
            if change.kept is not None:
                kept = self._fresh()
                for entry in change.folder.iterdir():
                    if change.kept(entry):
                        entry.rename(kept / entry.name)
                self._point_to(kept)

    def _fresh(self) -> Path:
        folder = Path(tempfile.mkdtemp(dir=self._parent))
        folder.chmod(0o755)
        return folder

    def _point_to(self, folder: Path) -> None:
        aside = folder.with_name(f"{folder.name}.link")
        aside.symlink_to(folder.relative_to(self._link.parent))
        aside.replace(self._link)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self._parent.mkdir(parents=True, exist_ok=True)
        with (self._parent / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Change:
    """A generation in the making.

    Attributes:
        folder: To be changed at will.
        kept: Which of the folder's entries take the old ones' place; None for no change.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept: Callable[[Path], bool] | None = None


def _clone(source: Path, target: Path) -> None:
    # No bytecode: Python tells a stale one by a source's size and whole second, and a newer
    # version's source may have the old one's.
    shutil.copytree(
        source,
        target,
        copy_function=_link_or_copy,
        symlinks=True,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("__pycache__"),
    )


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
