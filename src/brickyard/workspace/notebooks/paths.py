"""Workspace paths: how clients write them, and the real files they stand for."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

from brickyard.workspace.api.errors import ApiError, invalid

# Where writes are prepared: inside the root, so that a rename stays on one file system.
ASIDE = ".brickyard"
_PREFIX = "Workspace"
_LONGEST_NAME = 255  # bytes, the limit of Linux file systems
_LONGEST_PATH = 2048  # bytes; leaves room for the home folder within Linux' 4096


def canonical(path: str) -> str:
    """The one spelling of a workspace path: absolute, no ``/Workspace``, no trailing slash.

    Args:
        path: As a client wrote it, such as ``/Workspace/Users/me//train/``.

    Returns:
        Such as ``/Users/me/train``; ``/`` for the root.

    Raises:
        ApiError: INVALID_PARAMETER_VALUE when it is relative or has a part that no path can have.
    """
    if not path.startswith("/"):
        raise invalid(f"Path ({path}) must be absolute: start it with '/'.")
    parts = [part for part in path.split("/") if part]
    while parts[:1] == [_PREFIX]:  # all of them, so that a canonical path stays as it is
        del parts[0]
    size = sum(_checked_size(part, path) + 1 for part in parts)
    if size > _LONGEST_PATH:
        raise invalid(f"The path has {size} bytes; at most {_LONGEST_PATH} are allowed.")
    if parts[:1] == [ASIDE]:
        raise invalid(f"Path ({path}) is reserved for the workspace itself.")
    return "/" + "/".join(parts)


def locate(root: Path, path: str) -> Path:
    """The real file or folder of a workspace path, links followed.

    Args:
        root: The folder that stands for ``/Workspace``; itself free of links.
        path: A workspace path in any spelling.

    Raises:
        ApiError: The path is malformed, or a link in it leads out of the root.
    """
    name = canonical(path)
    try:
        real = (root / name.lstrip("/")).resolve()
    except (OSError, RuntimeError) as exc:  # a loop of links
        raise invalid(f"Path ({name}) cannot be followed: {exc}") from exc
    if not real.is_relative_to(root):
        raise ApiError(
            403, "PERMISSION_DENIED", f"Path ({name}) is a link that leads out of the workspace."
        )
    return real


def parent_of(name: str) -> str:
    """The folder of a canonical path; ``/`` is its own."""
    return name.rpartition("/")[0] or "/"


def object_id(name: str) -> int:
    """A stable number for a canonical path: 48 bits of its hash, exact in JavaScript too."""
    return int.from_bytes(blake2b(name.encode(), digest_size=6).digest())


def _checked_size(part: str, path: str) -> int:
    if part in {".", ".."} or "\0" in part:
        raise invalid(f"Path ({path!r}) must not have {part!r} as a part.")
    try:
        size = len(part.encode())
    except UnicodeEncodeError as exc:
        raise invalid(f"Path ({path!r}) has a part that is not Unicode text.") from exc
    if size > _LONGEST_NAME:
        raise invalid(f"The name {part[:40]}… has {size} bytes; at most {_LONGEST_NAME} can be.")
    return size
