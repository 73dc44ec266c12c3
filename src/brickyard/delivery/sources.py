"""A package's sources: which files count, their hash, and a clean copy to build from."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

# Made by builds and tools, never sources. The first set counts at the package's top only: a
# module of that name further down is the package's own.
_TOP = frozenset({"build", "dist", "venv", "htmlcov"})
_ANYWHERE = frozenset({"__pycache__", "node_modules"})
_SUFFIXES = (".pyc", ".pyo", ".egg-info")


def source_files(root: Path) -> list[Path]:
    """Every source file of a package.

    Args:
        root: The package's folder.

    Returns:
        Paths relative to the folder, sorted; links are followed.
    """
    return sorted(path.relative_to(root) for path in _walk(root, top=True, seen=frozenset()))


def source_hash(root: Path) -> str:
    """A SHA-256 over names, execute bits and contents of a package's sources, as hex."""
    total = hashlib.sha256()
    for name in source_files(root):
        file = root / name
        executable = "x" if os.access(file, os.X_OK) else "-"
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"{name.as_posix()}\0{executable}{content}\n".encode())
    return total.hexdigest()


def copy_sources(root: Path, to: Path) -> None:
    """Copy a package's sources, and nothing else, into a folder."""
    for name in source_files(root):
        target = to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, target)


def _walk(folder: Path, *, top: bool, seen: frozenset[Path]) -> Iterator[Path]:
    real = folder.resolve()
    if real in seen:  # a link back to a folder above would never end
        return
    for entry in folder.iterdir():
        name = entry.name
        if name.endswith(_SUFFIXES) or name in _ANYWHERE or (top and name in _TOP):
            continue
        if entry.is_file():
            yield entry
        elif entry.is_dir() and not name.startswith("."):
            yield from _walk(entry, top=False, seen=seen | {real})
