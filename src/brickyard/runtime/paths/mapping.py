"""From the platform's paths to this machine's, and back: a pure mapping without any I/O.

The platform knows four trees: DBFS (``dbfs:/x``, and ``/x`` where a Spark path is meant), volumes
(``/Volumes/catalog/schema/volume/x``), workspace files (``/Workspace/x``) and cloud storage
(``abfss://container@account.dfs.core.windows.net/x`` and its older spellings). In the local
workspace each tree is a folder.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from brickyard.runtime.paths.errors import (
    PathEscapeError,
    PathMappingError,
    UnsupportedSchemeError,
)

AZURE_SCHEMES = frozenset({"abfs", "abfss", "wasb", "wasbs"})
# Two or more letters: a single one would be a Windows drive.
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+):")
# Paths of Spark are literal, not percent-encoded; so nothing is decoded here.
_AZURE = re.compile(r"^([^@/]+)@([^./@]+)(?:\.(?:dfs|blob)\.[^/]*)?(/.*)?$", re.DOTALL)
_MAX_MOUNT_DEPTH = 10
# Of the scratch space, what stands for a driver's own disk.
DRIVER_DISK = "driver"


@dataclass(frozen=True)
class Roots:
    """The folders that stand for the platform's trees on this machine.

    Attributes:
        dbfs: What ``dbfs:/`` and ``/dbfs`` show.
        workspace: What ``/Workspace`` shows.
        volumes: What ``/Volumes`` shows, as ``<catalog>/<schema>/<volume>``.
        storage: Cloud storage, as ``<account>/<container>/<path>``.
        tmp: Scratch space of this workspace: aliases of odd paths and the like.
    """

    dbfs: Path
    workspace: Path
    volumes: Path
    storage: Path
    tmp: Path

    @property
    def shown(self) -> dict[str, Path]:
        """What plain Python sees under which name.

        The last two are a driver's own disk: notebooks share them, and they are emptied when the
        workspace starts, as a cluster's are.
        """
        return {
            "/dbfs": self.dbfs,
            "/Workspace": self.workspace,
            "/Volumes": self.volumes,
            "/local_disk0": self.tmp / DRIVER_DISK / "local_disk0",
            "/databricks/driver": self.tmp / DRIVER_DISK / "databricks",
        }

    def make(self) -> None:
        """Make the folders that are shown, where they are missing."""
        for folder in self.shown.values():
            folder.mkdir(parents=True, exist_ok=True)
        # Where the platform has temporary files of notebooks.
        (self.shown["/local_disk0"] / "tmp").mkdir(exist_ok=True)


def _scheme_of(path: str) -> str:
    match = _SCHEME.match(path)
    return match.group(1).lower() if match else ""


def _below(root: Path, rest: str, shown: str, whole: str) -> str:
    """Join ``rest`` below ``root``; refuse to climb out of it."""
    if "\0" in rest:
        raise PathMappingError(f"The path {whole!r} holds a NUL character.", "Remove it.")
    parts: list[str] = []
    for part in rest.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if not parts:
                raise PathEscapeError(whole, shown)
            parts.pop()
        else:
            parts.append(part)
    return posixpath.join(str(root), *parts)


def _strip_prefix(path: str, prefix: str) -> str | None:
    """What follows ``prefix`` when ``path`` is it or lies below it, else None."""
    if path == prefix:
        return ""
    return path[len(prefix) :] if path.startswith(prefix + "/") else None


def _no_mounts() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True)
class PathMap:
    """Turns the platform's paths into local ones for one set of roots; immutable.

    Attributes:
        roots: The folders.
        mounts: Mount point (``/mnt/x``) to source URI, as ``dbutils.fs.mounts`` lists them.
    """

    roots: Roots
    mounts: Mapping[str, str] = field(default_factory=_no_mounts)

    def __post_init__(self) -> None:
        clean: dict[str, str] = {}
        for point, source in self.mounts.items():
            if not point.startswith("/") or posixpath.normpath(point) in ("/", "//"):
                raise PathMappingError(
                    f"The mount point {point!r} is not an absolute path below '/'.",
                    "Use one such as '/mnt/data'.",
                )
            clean[posixpath.normpath(point)] = source
        object.__setattr__(self, "mounts", MappingProxyType(clean))

    def with_mounts(self, mounts: Mapping[str, str]) -> PathMap:
        """The same roots with other mounts."""
        return PathMap(self.roots, mounts)

    def is_foreign(self, uri: str) -> bool:
        """Whether a URI names a place outside the platform's trees (``s3:``, ``https:`` …)."""
        scheme = _scheme_of(uri)
        return scheme not in ("", "dbfs", "file") and scheme not in AZURE_SCHEMES

    def to_local(self, uri: str, *, bare_is_dbfs: bool = True) -> str:
        """The local path for a path of the platform.

        Args:
            uri: A URI or an absolute path.
            bare_is_dbfs: What ``/x`` without a scheme means: True as Spark and ``dbutils.fs`` see
                it (DBFS; only ``/Volumes`` and ``/Workspace`` are special), False as Python sees
                it (this machine's disk, where ``/dbfs`` shows DBFS).

        Returns:
            An absolute path on this machine; it need not exist.

        Raises:
            PathMappingError: When the path is relative, malformed, of a scheme that has no local
                place, or climbs out of its root.
        """
        return self._to_local(uri, bare_is_dbfs, 0)

    def _to_local(self, uri: str, bare_is_dbfs: bool, depth: int) -> str:
        if depth > _MAX_MOUNT_DEPTH:
            raise PathMappingError(
                f"The mounts that lead to {uri!r} go round in a circle.", "Unmount one of them."
            )
        scheme = _scheme_of(uri)
        if not scheme:
            if not uri.startswith("/"):
                raise PathMappingError(
                    f"The path {uri!r} is relative.", "Write it from the root, as in 'dbfs:/x'."
                )
            return self._dbfs(uri, uri, depth) if bare_is_dbfs else self._driver(uri, uri)
        rest = uri[len(scheme) + 1 :]
        if scheme in AZURE_SCHEMES:
            return self._azure(rest, uri)
        if scheme not in ("dbfs", "file"):
            raise UnsupportedSchemeError(uri, scheme)
        if rest.startswith("//"):
            authority, _, tail = rest[2:].partition("/")
            if authority and not (scheme == "file" and authority == "localhost"):
                raise PathMappingError(
                    f"The path {uri!r} names a host, {authority!r}.",
                    f"Write {scheme}:/{authority}/{tail} or {scheme}:///{authority}/{tail}.",
                )
            rest = "/" + tail
        elif not rest.startswith("/"):
            raise PathMappingError(
                f"The path {uri!r} is relative.", f"Write '{scheme}:/{rest}' instead."
            )
        return self._dbfs(rest, uri, depth) if scheme == "dbfs" else self._driver(rest, uri)

    def _dbfs(self, path: str, whole: str, depth: int) -> str:
        """A path as DBFS and Spark see it."""
        tidy = re.sub(r"/+", "/", path)
        for prefix, root in (
            ("/Workspace", self.roots.workspace),
            ("/Volumes", self.roots.volumes),
        ):
            rest = _strip_prefix(tidy, prefix)
            if rest is not None:
                return _below(root, rest, prefix, whole)
        # Normalised first, so that /mnt/a/../b is looked up as /mnt/b.
        inside = "/" + _below(Path("/"), tidy, "dbfs:/", whole).lstrip("/")
        for point in sorted(self.mounts, key=len, reverse=True):
            rest = _strip_prefix(inside, point)
            if rest is not None:
                return self._to_local(self.mounts[point].rstrip("/") + rest, True, depth + 1)
        return _below(self.roots.dbfs, inside, "dbfs:/", whole)

    def _driver(self, path: str, whole: str) -> str:
        """A path as plain Python on the driver sees it."""
        tidy = re.sub(r"/+", "/", path)
        for prefix, root in self.roots.shown.items():
            rest = _strip_prefix(tidy, prefix)
            if rest is None:
                continue
            if prefix == "/dbfs":
                return self._dbfs(rest or "/", whole, 0)
            return _below(root, rest, prefix, whole)
        return _below(Path("/"), tidy, "/", whole)

    def _azure(self, rest: str, whole: str) -> str:
        match = _AZURE.match(rest[2:]) if rest.startswith("//") else None
        if match is None:
            raise PathMappingError(
                f"The path {whole!r} does not name a container and an account.",
                "Write abfss://<container>@<account>.dfs.core.windows.net/<path>.",
            )
        container, account, path = match.groups()
        if {container, account} & {".", ".."} or container.startswith("$"):
            raise PathMappingError(
                f"The path {whole!r} has the container {container!r} of account {account!r}.",
                "Names are made of letters, digits and '-'.",
            )
        root = self.roots.storage / account.lower() / container.lower()
        shown = f"abfss://{container}@{account}.dfs.core.windows.net/"
        return _below(root, path or "", shown, whole)
