"""``dbutils.fs``: files by the platform's addresses, on folders of this machine."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

from brickyard.runtime.errors import MagicError, NotLocalError
from brickyard.runtime.paths import PathMap

# Gone, they would be missed by every other run.
_ROOTS = ("dbfs:/", "/Volumes", "/Workspace")
_NOT_YET = ("mount", "mounts", "refreshMounts", "unmount", "updateMount")


class FileInfo(NamedTuple):
    """One entry of :meth:`FsUtils.ls`; sizes in bytes, times in epoch milliseconds."""

    path: str
    name: str
    size: int
    modificationTime: int  # noqa: N815 - the platform's name

    def isDir(self) -> bool:  # noqa: N802 - the platform's name
        """Whether it is a directory."""
        return self.name.endswith("/")

    def isFile(self) -> bool:  # noqa: N802 - the platform's name
        """Whether it is a file."""
        return not self.isDir()


class FsUtils:
    """File system calls.

    Args:
        paths: From addresses to local paths.
    """

    def __init__(self, paths: PathMap) -> None:
        self._paths = paths

    def ls(self, path: str) -> list[FileInfo]:
        """The entries of a directory, or the one file, in order of name.

        Raises:
            FileNotFoundError: Nothing is there.
        """
        local = self._existing(path)
        if local.is_file():
            return [_info(path, local)]
        base = path.rstrip("/")
        return [_info(f"{base}/{entry.name}", entry) for entry in sorted(local.iterdir())]

    def cp(self, source: str, dest: str, recurse: bool = False) -> bool:
        """Copy a file, or a directory with ``recurse=True``."""
        origin, target = self._existing(source), self._local(dest)
        if origin.is_dir():
            _need_recurse("cp", source, recurse=recurse)
            shutil.copytree(origin, target, dirs_exist_ok=True)
            return True
        if target.is_dir():
            target = target / origin.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(origin, target)
        return True

    def mv(self, source: str, dest: str, recurse: bool = False) -> bool:
        """Move a file, or a directory with ``recurse=True``."""
        origin, target = self._existing(source), self._local(dest)
        if origin.is_dir():
            _need_recurse("mv", source, recurse=recurse)
        elif target.is_dir():
            target = target / origin.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(origin, target)
        return True

    def rm(self, path: str, recurse: bool = False) -> bool:
        """Remove; False when nothing is there. A directory with entries needs ``recurse=True``."""
        local = self._local(path)
        if local in [self._local(root) for root in _ROOTS]:
            raise MagicError(f"dbutils.fs.rm: {path} is a root of the platform's paths.")
        if local.is_dir():
            if any(local.iterdir()):
                _need_recurse("rm", path, recurse=recurse)
            shutil.rmtree(local)
            return True
        if not local.exists():
            return False
        local.unlink()
        return True

    def put(self, file: str, contents: str, overwrite: bool = False) -> bool:
        """Write text as UTF-8.

        Raises:
            FileExistsError: The file is there and ``overwrite`` is not set.
        """
        local = self._local(file)
        if local.exists() and not overwrite:
            raise FileExistsError(f"{file} exists: pass overwrite=True to replace it.")
        local.parent.mkdir(parents=True, exist_ok=True)
        data = contents.encode("utf-8")
        local.write_bytes(data)
        print(f"Wrote {len(data)} bytes.")
        return True

    def head(self, file: str, maxBytes: int = 65536) -> str:  # noqa: N803 - the platform's name
        """The beginning of a file as text."""
        with self._existing(file).open("rb") as stream:
            data = stream.read(maxBytes + 1)
        if len(data) > maxBytes:
            print(f"[Truncated to first {maxBytes} bytes]")
        return data[:maxBytes].decode("utf-8", "replace")

    def mkdirs(self, dir: str) -> bool:  # noqa: A002 - the platform's name
        """Make a directory and its parents."""
        self._local(dir).mkdir(parents=True, exist_ok=True)
        return True

    def __getattr__(self, name: str) -> object:
        if name in _NOT_YET:
            raise NotLocalError(f"dbutils.fs.{name}")
        raise AttributeError(f"dbutils.fs has no call {name!r}.")

    def _local(self, path: str) -> Path:
        return Path(self._paths.to_local(path))

    def _existing(self, path: str) -> Path:
        local = self._local(path)
        if not local.exists():
            raise FileNotFoundError(f"No such file or directory: {path}")
        return local


def _need_recurse(verb: str, path: str, *, recurse: bool) -> None:
    if not recurse:
        raise MagicError(
            f"dbutils.fs.{verb}: {path} is a directory.", "Pass recurse=True to take all of it."
        )


def _info(path: str, local: Path) -> FileInfo:
    status = local.stat()
    address = (
        path if ":" in path.partition("/")[0] or path.startswith("/Volumes") else f"dbfs:{path}"
    )
    slash = "/" if local.is_dir() else ""
    size = 0 if slash else status.st_size
    return FileInfo(address + slash, local.name + slash, size, int(status.st_mtime * 1000))
