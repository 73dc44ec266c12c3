"""The mounts as a run knows them; the workspace keeps them, for all runs and later servers."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import NamedTuple

from brickyard.runtime.paths import PathMap
from brickyard.runtime.rest import RestClient

_PATH = "2.0/brickyard/mounts"


class MountInfo(NamedTuple):
    """One mount."""

    mountPoint: str  # noqa: N815 - the platform's name
    source: str
    encryptionType: str = ""  # noqa: N815 - the platform's name


class Mounts:
    """The mounts of the workspace.

    Args:
        client: The workspace, which keeps them.
        paths: The mapping of paths, without mounts.
        known: The mounts as the run began: mount point to source.
        changed: Is told of other mounts, so that Spark follows.

    Attributes:
        paths: The mapping of paths with the mounts that are known by now.
    """

    def __init__(
        self,
        client: RestClient,
        paths: PathMap,
        known: Mapping[str, str],
        changed: Callable[[Mapping[str, str]], None],
    ) -> None:
        self._client = client
        self._changed = changed
        self.paths = paths.with_mounts(known)

    def list(self) -> list[MountInfo]:
        """All of them, as the workspace has them now."""
        found = self._client.get(f"{_PATH}/list")["mounts"]
        mounts = [MountInfo(m["mount_point"], m["source"], m["encryption_type"]) for m in found]
        points = {mount.mountPoint: mount.source for mount in mounts}
        if points != self.paths.mounts:
            self.paths = self.paths.with_mounts(points)
            self._changed(points)
        return mounts

    def set(self, mount_point: str, source: str, encryption_type: str, *, update: bool) -> None:
        """Make one, or with ``update`` also replace one.

        Raises:
            RestError: The workspace refuses it.
        """
        self._client.post(
            f"{_PATH}/set",
            mount_point=mount_point,
            source=source,
            encryption_type=encryption_type,
            update=update,
        )
        self.list()

    def remove(self, mount_point: str) -> None:
        """Take one away; the data stay.

        Raises:
            RestError: There is none.
        """
        self._client.post(f"{_PATH}/remove", mount_point=mount_point)
        self.list()

    def at_or_below(self, path: str, local: str) -> bool:
        """Whether a path is a mount point, or has one below it.

        Args:
            path: As the user wrote it.
            local: Where it leads.
        """
        if any(self.paths.to_local(point) == local for point in self.paths.mounts):
            return True
        above = posixpath.normpath("/" + path.removeprefix("dbfs:").strip("/"))
        return any(point.startswith(f"{above.rstrip('/')}/") for point in self.paths.mounts)
