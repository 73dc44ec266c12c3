"""``/dbfs``, ``/Workspace`` and ``/Volumes`` for Python code where no mount namespace can be had.

The functions of ``os`` and ``io`` that take paths are wrapped so that paths below these folders
lead to the workspace's own. Native code and sub-processes do not see them; that is what the mount
namespace is for.
"""

from __future__ import annotations

import builtins
import functools
import io
import os
import sys
from collections.abc import Callable
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from typing import Any

from brickyard.runtime.paths.mapping import PathMap, Roots

_PREFIXES = ("/dbfs", "/Workspace", "/Volumes")

# Functions of os whose first argument is a path.
ONE_PATH = (
    "access",
    "chdir",
    "chmod",
    "chown",
    "listdir",
    "listxattr",
    "lstat",
    "makedirs",
    "mkdir",
    "mkfifo",
    "open",
    "pathconf",
    "readlink",
    "remove",
    "removedirs",
    "rmdir",
    "scandir",
    "stat",
    "statvfs",
    "truncate",
    "unlink",
    "utime",
)
# Functions of os whose first two arguments are paths.
TWO_PATHS = ("link", "rename", "renames", "replace", "symlink")

_installed: PathMap | None = None


def install(roots: Roots) -> None:
    """Wrap the functions, once per process; a second call changes the folders only.

    Args:
        roots: The folders to show; made when missing.
    """
    global _installed
    for folder in (roots.dbfs, roots.workspace, roots.volumes):
        folder.mkdir(parents=True, exist_ok=True)
    first = _installed is None
    _installed = PathMap(roots)
    if not first:
        return
    for name in ONE_PATH:
        setattr(os, name, _wrap(getattr(os, name), 1))
    for name in TWO_PATHS:
        setattr(os, name, _wrap(getattr(os, name), 2))
    opener = _wrap(io.open, 1)
    builtins.open = opener
    io.open = opener
    sys.path_hooks.insert(0, _import_hook)
    sys.path_importer_cache.clear()


def translate(path: Any) -> Any:
    """A path below one of the three folders as the real one; anything else unchanged.

    Args:
        path: What a caller gave as a path: text, bytes, a path object or a file descriptor.

    Returns:
        The same kind of thing, text in place of a path object that was translated.
    """
    if _installed is None or isinstance(path, int):
        return path
    try:
        plain = os.fspath(path)
    except TypeError:
        return path
    text = os.fsdecode(plain)
    if not text.startswith(_PREFIXES):
        return path
    if not any(text == prefix or text.startswith(prefix + "/") for prefix in _PREFIXES):
        return path
    local = _installed.to_local(text, bare_is_dbfs=False)
    return os.fsencode(local) if isinstance(plain, bytes) else local


def _import_hook(entry: str) -> FileFinder:
    """Imports from a folder on ``sys.path``: the import system has no use for our ``os``."""
    local = translate(entry)
    if local == entry:
        raise ImportError("not one of the platform's folders", path=entry)
    return FileFinder(
        local,
        (ExtensionFileLoader, EXTENSION_SUFFIXES),
        (SourceFileLoader, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    )


def _wrap(function: Callable[..., Any], count: int) -> Callable[..., Any]:
    names = ("path", "file") if count == 1 else ("src", "dst")

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        changed = [translate(arg) if index < count else arg for index, arg in enumerate(args)]
        for name in names:
            if name in kwargs:
                kwargs[name] = translate(kwargs[name])
        return function(*changed, **kwargs)

    return wrapper
