"""Stand-ins for the environment's packages: all that uv looks at, and no files of theirs.

uv takes a folder for all that is installed. A stand-in is a link to an ``.egg-info``, the older
form of a package's record, with its metadata and not one module: uv counts it, and takes the link
away when another version is to come, whose record never has that name. There are hundreds, so each
is only a link, into a pool that all runs of an environment share.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Container, Mapping
from pathlib import Path

from brickyard.runtime.libraries.inventory import Installed


def put_stand_ins(
    below: Mapping[str, Installed], folder: Path, own: Container[str], scratch: Path
) -> None:
    """Put stand-ins of packages into a folder.

    Args:
        below: The environment's packages.
        folder: Where to.
        own: What the folder has itself, and needs no stand-in for.
        scratch: Parent of the pools.
    """
    # A link of less than 60 characters costs no block on the disk.
    pool = os.path.relpath(_pool(below, scratch), folder)
    for number, (key, item) in enumerate(below.items()):
        if key not in own:
            name = f"{key.replace('-', '_')}-{item.version}.egg-info"
            os.symlink(f"{pool}/{number}", f"{folder}/{name}")  # noqa: PTH211 - a Path costs more


def is_stand_in(entry: Path) -> bool:
    """Whether something in a folder is a stand-in."""
    return entry.suffix == ".egg-info" and entry.is_symlink()


def _pool(below: Mapping[str, Installed], scratch: Path) -> Path:
    """The pool of an environment, made once and renamed into its place."""
    states = [f"{item.info} {item.info.stat().st_mtime_ns}" for item in below.values()]
    name = f"known-{hashlib.sha256(chr(10).join(states).encode()).hexdigest()[:12]}"
    pool = scratch / name
    if pool.is_dir():
        return pool
    aside = scratch / f"{name}.{os.getpid()}"
    shutil.rmtree(aside, ignore_errors=True)
    for number, item in enumerate(below.values()):
        _make(item, aside / str(number))
    try:
        aside.rename(pool)
    except OSError:  # another run was faster
        shutil.rmtree(aside)
    return pool


def _make(item: Installed, info: Path) -> None:
    info.mkdir(parents=True)
    (info / "top_level.txt").touch()  # the modules that uv is to remove with it: none
    for name in ("METADATA", "PKG-INFO"):
        if (item.info / name).is_file():
            shutil.copyfile(item.info / name, info / "PKG-INFO")
