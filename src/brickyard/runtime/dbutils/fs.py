"""``dbutils.fs``: files by the platform's addresses, on folders of this machine."""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast

from brickyard.runtime.dbutils.mounts import MountInfo, Mounts
from brickyard.runtime.dbutils.utility import Utility
from brickyard.runtime.java_errors import ExecutionError, JavaException, missing_file
from brickyard.runtime.paths import PathMappingError
from brickyard.runtime.rest import RestError

# Gone, they would be missed by every other run.
_ROOTS = ("dbfs:/", "/Volumes", "/Workspace")
_CACHE = "Nothing is far away on one machine, and nothing needs caching: leave the call out."
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+):(?=/)")

_Method = TypeVar("_Method", bound=Callable[..., Any])


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


def _as_platform(method: _Method) -> _Method:
    """Raise what goes wrong in a method as the platform raises it."""

    @functools.wraps(method)
    def wrapped(*args: Any, **options: Any) -> Any:
        try:
            return method(*args, **options)
        except PathMappingError as exc:
            raise _failed(method.__name__, "java.lang.IllegalArgumentException", exc) from None
        except RestError as exc:
            said = f"java.lang.IllegalArgumentException: requirement failed: {exc.text}"
            raise _failed(method.__name__, "java.rmi.RemoteException", said) from None
        except OSError as exc:
            raise _failed(method.__name__, "java.io.IOException", exc) from None

    return cast(_Method, wrapped)


class FsUtils(Utility):
    """Files by address: dbfs:/x or /x, file:/x, /Volumes/…, /Workspace/…, abfss://….

    Args:
        mounts: The mounts, and the mapping of paths that goes with them.
    """

    title = "dbutils.fs"
    absent = MappingProxyType(
        dict.fromkeys(("cacheFiles", "cacheTable", "uncacheFiles", "uncacheTable"), _CACHE)
    )

    def __init__(self, mounts: Mounts) -> None:
        self._mounts = mounts

    @_as_platform
    def ls(self, path: str) -> list[FileInfo]:
        """The entries of a directory, or the one file, in order of name.

        Raises:
            ExecutionError: Nothing is there (java.io.FileNotFoundException).
        """
        local = self._existing("ls", path)
        address = _address(path)
        if local.is_file():
            return [_info(address, local)]
        return [_info(f"{address}/{entry.name}", entry) for entry in sorted(local.iterdir())]

    @_as_platform
    def cp(self, source: str, dest: str, recurse: bool = False) -> bool:
        """Copy a file, or a directory with ``recurse=True``, also from one tree to another."""
        origin, target = self._existing("cp", source), self._local(dest)
        if origin.is_dir():
            _need_recurse("cp", source, recurse=recurse)
            shutil.copytree(origin, target, dirs_exist_ok=True)
            return True
        if target.is_dir():
            target = target / origin.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(origin, target)
        return True

    @_as_platform
    def mv(self, source: str, dest: str, recurse: bool = False) -> bool:
        """Move a file, or a directory with ``recurse=True``, also from one tree to another."""
        self._refuse_root("mv", source)
        origin, target = self._existing("mv", source), self._local(dest)
        if origin.is_dir():
            _need_recurse("mv", source, recurse=recurse)
        elif target.is_dir():
            target = target / origin.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(origin, target)
        return True

    @_as_platform
    def rm(self, dir: str, recurse: bool = False) -> bool:  # noqa: A002 - the platform's name
        """Remove; False when nothing is there. A directory with entries needs ``recurse=True``."""
        local = self._local(dir)
        self._refuse_root("rm", dir)
        if local.is_dir():
            if any(local.iterdir()):
                _need_recurse("rm", dir, recurse=recurse)
            shutil.rmtree(local)
            return True
        if not local.exists():
            return False
        local.unlink()
        return True

    @_as_platform
    def put(self, file: str, contents: str, overwrite: bool = False) -> bool:
        """Write text as UTF-8.

        Raises:
            ExecutionError: The file is there and ``overwrite`` is not set.
        """
        local = self._local(file)
        if local.exists() and not overwrite:
            java = JavaException(
                "org.apache.hadoop.fs.FileAlreadyExistsException", f"File already exists: {file}"
            )
            raise ExecutionError("put", java, "Pass overwrite=True to replace it.")
        local.parent.mkdir(parents=True, exist_ok=True)
        data = contents.encode("utf-8")
        local.write_bytes(data)
        print(f"Wrote {len(data)} bytes.")
        return True

    @_as_platform
    def head(
        self,
        file: str,
        maxBytes: int = 65536,  # noqa: N803 - the platform's name
        max_bytes: int | None = None,
    ) -> str:
        """The beginning of a file as text.

        Args:
            file: The file.
            maxBytes: How much of it.
            max_bytes: The same, as the SDK writes it.
        """
        size = maxBytes if max_bytes is None else max_bytes
        with self._existing("head", file).open("rb") as stream:
            data = stream.read(size + 1)
        if len(data) > size:
            print(f"[Truncated to first {size} bytes]")
        return data[:size].decode("utf-8", "replace")

    @_as_platform
    def mkdirs(self, dir: str) -> bool:  # noqa: A002 - the platform's name
        """Make a directory and its parents."""
        self._local(dir).mkdir(parents=True, exist_ok=True)
        return True

    @_as_platform
    def mount(
        self,
        source: str,
        mount_point: str,
        encryption_type: str = "",
        owner: str | None = None,
        extra_configs: Mapping[str, str] | None = None,
    ) -> bool:
        """Show a container at a path of DBFS, for all notebooks, until it is unmounted.

        Args:
            source: ``abfss://container@account.dfs.core.windows.net/`` or ``wasbs://…``: locally
                a folder of the workspace's home.
            mount_point: Such as ``/mnt/data``.
            encryption_type: Kept and listed.
            owner: Not used.
            extra_configs: Credentials; none are needed here, and none are kept.

        Raises:
            ExecutionError: Something is mounted there already, or the source has no local place.
        """
        del owner, extra_configs
        self._mounts.set(mount_point, source, encryption_type, update=False)
        return True

    @_as_platform
    def updateMount(  # noqa: N802 - the platform's name
        self,
        source: str,
        mount_point: str,
        encryption_type: str = "",
        owner: str | None = None,
        extra_configs: Mapping[str, str] | None = None,
    ) -> bool:
        """As mount, but replaces what is mounted there.

        Args:
            source: The container.
            mount_point: Such as ``/mnt/data``.
            encryption_type: Kept and listed.
            owner: Not used.
            extra_configs: Credentials; none are needed here, and none are kept.
        """
        del owner, extra_configs
        self._mounts.set(mount_point, source, encryption_type, update=True)
        return True

    @_as_platform
    def mounts(self) -> list[MountInfo]:
        """What is mounted, by mount point."""
        return [MountInfo("/", "DatabricksRoot"), *self._mounts.list()]

    @_as_platform
    def refreshMounts(self) -> bool:  # noqa: N802 - the platform's name
        """See what other notebooks have mounted since this one began."""
        self._mounts.list()
        return True

    @_as_platform
    def unmount(self, mount_point: str) -> bool:
        """Take a mount away; its files stay in the container.

        Raises:
            ExecutionError: Nothing is mounted there.
        """
        self._mounts.remove(mount_point)
        print(f"{mount_point} has been unmounted.")
        return True

    def _local(self, path: str) -> Path:
        return Path(self._mounts.paths.to_local(path))

    def _existing(self, call: str, path: str) -> Path:
        local = self._local(path)
        if not local.exists():
            raise missing_file(call, path)
        return local

    def _refuse_root(self, call: str, path: str) -> None:
        local = self._local(path)
        if local in [self._local(root) for root in _ROOTS]:
            raise _failed(call, "java.io.IOException", f"{path} is a root of the platform's paths.")
        if self._mounts.at_or_below(path, str(local)):
            said = f"{path} is a mount point, or has one below it."
            raise _failed(call, "java.io.IOException", said, "Unmount it first.")


def _failed(call: str, name: str, said: object, remedy: str = "") -> ExecutionError:
    return ExecutionError(call, JavaException(name, str(said)), remedy)


def _need_recurse(call: str, path: str, *, recurse: bool) -> None:
    if not recurse:
        said = f"{path} is a directory."
        raise _failed(call, "java.io.IOException", said, "Pass recurse=True to take all of it.")


def _address(path: str) -> str:
    """A path with its scheme, as listings name it, without a slash at its end."""
    scheme = _SCHEME.match(path)
    if scheme is None:
        tree = "file:" if path == "/Workspace" or path.startswith("/Workspace/") else "dbfs:"
        return tree + re.sub(r"/+", "/", path).rstrip("/")
    if scheme[1].lower() in ("dbfs", "file"):
        return path[: scheme.end()] + re.sub(r"/+", "/", path[scheme.end() :]).rstrip("/")
    return path.rstrip("/")


def _info(address: str, local: Path) -> FileInfo:
    status = local.stat()
    slash = "/" if local.is_dir() else ""
    size = 0 if slash else status.st_size
    return FileInfo(address + slash, local.name + slash, size, int(status.st_mtime * 1000))
