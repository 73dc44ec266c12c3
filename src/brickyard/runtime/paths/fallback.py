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
import tempfile
from collections.abc import Callable
from types import ModuleType
from typing import Any

from brickyard.runtime.paths.mapping import PathMap, Roots

# What is worth a closer look; the path map knows the folders.
_PREFIXES = ("/dbfs", "/Workspace", "/Volumes", "/local_disk0", "/databricks/driver")

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
    roots.make()
    first = _installed is None
    _installed = PathMap(roots)
    if not first:
        return
    unlink = os.unlink
    for name in ONE_PATH:
        setattr(os, name, _wrap(getattr(os, name), 1))
    for name in TWO_PATHS:
        setattr(os, name, _wrap(getattr(os, name), 2))
    _replace_default(tempfile, unlink, os.unlink)
    opener = _wrap(io.open, 1)
    builtins.open = opener
    io.open = opener


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


def _replace_default(module: ModuleType, old: object, new: object) -> None:
    """Put another function in place of one that a module's methods have kept as a default."""
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type)]
    for method in [value for kind in kinds for value in vars(kind).values()]:
        defaults = getattr(method, "__defaults__", None)
        if defaults and old in defaults:
            method.__defaults__ = tuple(new if item is old else item for item in defaults)


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
