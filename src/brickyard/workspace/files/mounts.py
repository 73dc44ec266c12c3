"""Mounts: containers of cloud storage shown at a path of DBFS, for every run and later server.

``/api/2.0/brickyard/mounts`` is what ``dbutils.fs.mount`` and its kin ask; the platform has no
public call for it. A mount is a row, and a symbolic link in the DBFS folder by which plain Python,
native code and sub-processes see it below ``/dbfs``. The row comes first and goes last, and links
are put right at each start, so a kill between the two leaves no other state than before or after.
"""

from __future__ import annotations

import logging
import posixpath
from pathlib import Path

from sqlalchemy import delete, insert, select

from brickyard.runtime.paths import PathMap, PathMappingError
from brickyard.runtime.paths.mapping import AZURE_SCHEMES
from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import ApiError, invalid, missing
from brickyard.workspace.api.routing import Operation, Reply
from brickyard.workspace.files.paths import inside, locate, split
from brickyard.workspace.home import Home
from brickyard.workspace.store import Store
from brickyard.workspace.store.tables import mounts

log = logging.getLogger(__name__)


class Mounts:
    """The mounts of a home.

    Args:
        home: Where DBFS and the storage folder lie.
        store: The database.
    """

    def __init__(self, home: Home, store: Store) -> None:
        self._root = home.dbfs
        self._storage = home.storage
        self._store = store
        self._paths = PathMap(home.roots)
        with store.transaction() as connection:
            rows = connection.execute(select(mounts.c.mount_point, mounts.c.source)).all()
        self._points = {row.mount_point: row.source for row in rows}

    def operations(self) -> list[Operation]:
        """The calls it answers."""
        return [
            Operation("GET", "/brickyard/mounts/list", self.list),
            Operation("POST", "/brickyard/mounts/set", self.set),
            Operation("POST", "/brickyard/mounts/remove", self.remove),
        ]

    def points(self) -> dict[str, str]:
        """Mount point to source; may be asked from any thread."""
        return dict(self._points)

    def place(self, names: list[str]) -> tuple[Path, list[str]] | None:
        """Where a path of DBFS lies that is in a mount.

        Args:
            names: The path's names.

        Returns:
            The folder it may not leave, and the names below it; None when it is in no mount.
        """
        for point, source in self._points.items():
            above = split(point)
            if names[: len(above)] == above:
                return self._target(source), names[len(above) :]
        return None

    def has_below(self, names: list[str]) -> bool:
        """Whether a mount lies below a path of DBFS."""
        return any(split(point)[: len(names)] == names for point in self._points)

    def restore(self) -> None:
        """Put the links right, which a killed server or a moved home may have left wrong.

        A mount whose place was taken meanwhile, by files or by a link that leads out, stays as it
        is: nothing of a user's is removed, and the workspace starts without that link.
        """
        for point, source in self._points.items():
            try:
                link, target = self._link(point), self._target(source)
                if not link.is_symlink() or link.readlink() != target:
                    _make_room(point, link)
                    _point(link, target)
            except (ApiError, OSError) as exc:
                log.warning("The mount %s of %s is not shown below /dbfs: %s", point, source, exc)

    async def list(self, call: Call) -> Reply:
        """All mounts, by mount point."""
        del call
        with self._store.transaction() as connection:
            query = select(mounts).order_by(mounts.c.mount_point)
            return {"mounts": [dict(row) for row in connection.execute(query).mappings()]}

    async def set(self, call: Call) -> Reply:
        """Make a mount; with ``update`` also in place of one that is there."""
        point = _clean(call.text("mount_point"))
        source = call.text("source")
        self._check_free(point, update=call.flag("update"))
        link, target = self._link(point), self._target(source)
        _make_room(point, link)
        row = {
            "mount_point": point,
            "source": source,
            "encryption_type": call.text("encryption_type", ""),
        }
        with self._store.transaction() as connection:
            connection.execute(delete(mounts).where(mounts.c.mount_point == point))
            connection.execute(insert(mounts).values(row))
        self._points = {**self._points, point: source}
        _point(link, target)
        return {}

    async def remove(self, call: Call) -> Reply:
        """Take a mount away; its files stay in the container."""
        point = _clean(call.text("mount_point"))
        if point not in self._points:
            raise missing(f"Directory not mounted: {point}")
        link = self._link(point)
        if link.is_symlink():
            link.unlink()
        with self._store.transaction() as connection:
            connection.execute(delete(mounts).where(mounts.c.mount_point == point))
        self._points = {other: of for other, of in self._points.items() if other != point}
        return {}

    def _check_free(self, point: str, *, update: bool) -> None:
        for other in self._points:
            if other == point:
                if not update:
                    raise invalid(f"Directory already mounted: {point}")
            elif other.startswith(f"{point}/") or point.startswith(f"{other}/"):
                raise invalid(f"Directory already mounted: {other}, and {point} overlaps it")

    def _link(self, point: str) -> Path:
        """Where the mount is shown; its parents may not lead out of DBFS."""
        *above, name = split(point)
        return locate(self._root, above) / name

    def _target(self, source: str) -> Path:
        """The folder that stands for a container, made when missing."""
        scheme, colon, _ = source.lower().partition("://")
        if not colon or scheme not in AZURE_SCHEMES:
            raise invalid(
                f"The source {source!r} has no local place: "
                "use abfss://container@account.dfs.core.windows.net/ or wasbs://…"
            )
        try:
            target = Path(self._paths.to_local(source))
        except PathMappingError as exc:
            raise invalid(str(exc)) from exc
        if not inside(self._storage, target):
            raise invalid(f"A symbolic link on the way to {source} leads out of the storage folder")
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise invalid(f"The folder of {source} cannot be made: {exc.strerror}") from exc
        return target


def _clean(point: str) -> str:
    """A mount point as it is kept: absolute, without scheme."""
    path = point.removeprefix("dbfs:")
    clean = posixpath.normpath(path) if path.startswith("/") else ""
    if clean in ("", "/", "//") or ".." in path.split("/"):
        raise ApiError(
            400,
            "INVALID_PARAMETER_VALUE",
            f"The mount point {point!r} is not an absolute path below '/', such as '/mnt/data'",
        )
    return clean


def _make_room(point: str, link: Path) -> None:
    """Remove the empty folder that may lie where a link is to be."""
    if link.is_symlink():
        return
    if link.is_dir() and not any(link.iterdir()):
        link.rmdir()
    if link.exists():
        raise invalid(f"{point} holds files of DBFS already: mount elsewhere, or move them")


def _point(link: Path, target: Path) -> None:
    """Make a link, or turn it, at one stroke."""
    link.parent.mkdir(parents=True, exist_ok=True)
    aside = link.with_name(f".{link.name}.brickyard-mount")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target, target_is_directory=True)
    aside.replace(link)
