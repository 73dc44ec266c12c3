"""The workspace's home folder: where everything durable lives, and who may open it."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from brickyard.errors import BrickyardError
from brickyard.runtime.paths import Roots


@dataclass(frozen=True)
class Home:
    """Addresses inside one home folder.

    Attributes:
        root: The folder; created with mode 0700.
    """

    root: Path

    @classmethod
    def create(cls, root: Path) -> Self:
        """Make the folder and its rooms where they are missing.

        Raises:
            BrickyardError: The folder cannot be made or written.
        """
        home = cls(root.expanduser().resolve())
        try:
            home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for room in home._rooms():
                room.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise BrickyardError(
                f"The home folder {home.root} cannot be used: {exc.strerror}.",
                "Name another with --home DIR.",
            ) from exc
        return home

    def _rooms(self) -> tuple[Path, ...]:
        return (
            self.dbfs,
            self.workspace / "Users",
            self.workspace / "Shared",
            self.volumes,
            self.models,
            self.artifacts,
            self.storage,
            self.warehouse,
            self.mlflow,
            self.runs,
            self.scratch,
            self.environments,
        )

    @property
    def database(self) -> Path:
        """SQLite: jobs, runs, outputs, clusters, secrets."""
        return self.root / "state.db"

    @property
    def dbfs(self) -> Path:
        """Root of ``dbfs:/`` and ``/dbfs``."""
        return self.root / "dbfs"

    @property
    def workspace(self) -> Path:
        """Root of ``/Workspace``: notebooks and files, each a real file."""
        return self.root / "workspace"

    @property
    def volumes(self) -> Path:
        """Root of ``/Volumes/<catalog>/<schema>/<volume>``."""
        return self.root / "volumes"

    @property
    def models(self) -> Path:
        """Root of ``/Models/<catalog>/<schema>/<model>/<version>``."""
        return self.root / "models"

    @property
    def artifacts(self) -> Path:
        """MLflow's run artifacts."""
        return self.root / "artifacts"

    @property
    def storage(self) -> Path:
        """Stand-in for Azure Storage: ``<account>/<container>/<path>``."""
        return self.root / "storage"

    @property
    def warehouse(self) -> Path:
        """Managed tables: ``<catalog>/<schema>/<table>`` Delta folders."""
        return self.root / "warehouse"

    @property
    def mlflow(self) -> Path:
        """MLflow's own database and log."""
        return self.root / "mlflow"

    @property
    def runs(self) -> Path:
        """One folder a run: notebook-scoped libraries, process log."""
        return self.root / "runs"

    @property
    def scratch(self) -> Path:
        """Of the runs: mount points, and aliases of paths that the engine cannot take."""
        return self.root / "tmp"

    @property
    def roots(self) -> Roots:
        """Where the platform's paths lead."""
        return Roots(self.dbfs, self.workspace, self.volumes, self.storage, self.scratch)

    @property
    def environments(self) -> Path:
        """Python environments with the libraries of clusters, one folder each."""
        return self.root / "environments"

    @property
    def address_file(self) -> Path:
        """Where a serving workspace says how to reach it."""
        return self.root / "server.json"

    def token(self, given: str | None = None) -> str:
        """The workspace's token: the given one, else the kept one, else a new one.

        Args:
            given: A token the user chose; it is kept from then on.
        """
        file = self.root / "token"
        if given is None and file.exists():
            return file.read_text(encoding="utf-8").strip()
        token = given or f"dapi{secrets.token_hex(16)}"
        write_private(file, token.encode())
        return token

    def key(self, name: str, size: int = 32) -> bytes:
        """A random key kept in a private file, made at first use.

        Args:
            name: File name inside the home.
            size: Bytes of a new key.
        """
        file = self.root / name
        if not file.exists():
            write_private(file, secrets.token_bytes(size))
        return file.read_bytes()

    @property
    def mark(self) -> str:
        """What processes of this home's servers are known by.

        The place counts: a copy of a home has its id, and may be served at the same time.
        """
        return sha256(self.key("workspace.id", 8) + os.fsencode(self.root)).hexdigest()[:16]

    def lock(self) -> int:
        """Hold the home for this process; the kernel lets go when the process ends.

        Returns:
            The lock's file descriptor, to be kept open.

        Raises:
            BrickyardError: Another process serves this home.
        """
        descriptor = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            os.close(descriptor)
            where = read_address(self.root)
            at = f" at {where['url']} (process {where['pid']})" if where else ""
            raise BrickyardError(
                f"Another workspace already serves {self.root}{at}.",
                "Stop it first, or name another home with --home DIR.",
            ) from exc
        return descriptor


def write_private(file: Path, content: bytes) -> None:
    """Write a file of mode 0600 aside and rename it into place."""
    aside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(file)


def read_address(root: Path) -> dict[str, Any] | None:
    """What a serving workspace last wrote of itself: ``url`` and ``pid``; None when nothing."""
    try:
        found = json.loads((root / "server.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"url", "pid"} <= found.keys() else None
