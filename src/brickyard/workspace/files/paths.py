"""From a path in a request to a path on disk, never outside its root.

Every file API of the workspace goes through :func:`locate`: one place to get right, one to test.
"""

from __future__ import annotations

import os
from pathlib import Path

from brickyard.workspace.api.errors import ApiError, invalid

_LONGEST_NAME = 255  # bytes; what Linux file systems take
_LONGEST_PATH = 4000  # bytes on disk; Linux takes 4096


def split(path: str) -> list[str]:
    """The names of an absolute path; empty ones and ``.`` are dropped.

    Args:
        path: A path such as ``/a//b/./c``.

    Returns:
        Its names, such as ``["a", "b", "c"]``; empty for the root.

    Raises:
        ApiError: 400 when the path is relative, holds ``..`` or a NUL, or a name is no file name.
    """
    if not path.startswith("/"):
        raise invalid(f"Path must be absolute: {_shown(path)}")
    names = [name for name in path.split("/") if name not in ("", ".")]
    for name in names:
        _check_name(name, path)
    return names


def locate(root: Path, names: list[str]) -> Path:
    """Where a path lies on disk.

    Args:
        root: The folder that the path may not leave.
        names: The names below it, as :func:`split` gives them.

    Returns:
        The path on disk; nothing need exist there.

    Raises:
        ApiError: 400 when a name could leave the root, 403 when a symbolic link on the way does.
    """
    for name in names:
        _check_name(name, "/".join(names))
    place = root.joinpath(*names)
    if len(os.fsencode(place)) > _LONGEST_PATH:
        raise invalid(f"The path is too long: {_shown('/'.join(names))}")
    if not inside(root, place):
        raise ApiError(
            403,
            "PERMISSION_DENIED",
            f"A symbolic link on the way to /{_shown('/'.join(names))} leads out of its root.",
        )
    return place


def inside(root: Path, place: Path) -> bool:
    """Whether a path, its symbolic links followed, is the root or below it."""
    real_root, real_place = os.path.realpath(root), os.path.realpath(place)
    return real_place == real_root or real_place.startswith(real_root.rstrip("/") + "/")


def printable(name: str) -> str:
    """A file name as JSON can carry it; bytes that are not UTF-8 become replacement characters."""
    return os.fsencode(name).decode("utf-8", "replace")


def _check_name(name: str, path: str) -> None:
    if name == "..":
        raise invalid(f"The path may not contain '..': {_shown(path)}")
    if "/" in name or "\0" in name or name in ("", "."):
        raise invalid(f"The path holds a name that no file can have: {_shown(path)}")
    try:
        size = len(name.encode())
    except UnicodeEncodeError as exc:
        raise invalid(f"The path is not valid Unicode: {_shown(path)}") from exc
    if size > _LONGEST_NAME:
        raise invalid(f"A name in the path is longer than {_LONGEST_NAME} bytes: {_shown(path)}")


def _shown(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()[:200].replace("\0", "\\0")
