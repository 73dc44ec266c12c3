"""What runs need of the rest of the workspace, and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from brickyard.notebook import Notebook
from brickyard.runtime.protocol import Folders
from brickyard.workspace.compute.environments import Environment
from brickyard.workspace.compute.processes import ProcessPool


class Notebooks(Protocol):
    """Where notebooks are read from."""

    def read_notebook(self, path: str) -> tuple[Notebook, Path]:
        """The notebook at a workspace path; ApiError when there is none."""
        ...


class Clusters(Protocol):
    """What clusters are asked for."""

    async def ensure_running(self, cluster_id: str) -> dict[str, Any]:
        """Start a cluster where needed; ApiError when there is none."""
        ...


class Libraries(Protocol):
    """Where the environments of runs come from."""

    async def environment(
        self, cluster_id: str | None, libraries: Sequence[Mapping[str, Any]] = ()
    ) -> Environment:
        """The environment of a run on a cluster; ApiError when a library is not to be had."""
        ...


class Pools(Protocol):
    """Where processes come from."""

    def lease(self, environment: Environment) -> AbstractAsyncContextManager[ProcessPool]:
        """The pool of an environment."""
        ...


class Tokens(Protocol):
    """Tokens that live as long as a run's process."""

    def issue_run_token(self, owner: str) -> str:
        """Make one."""
        ...

    def revoke_run_token(self, owner: str) -> None:
        """End it."""
        ...


@dataclass(frozen=True)
class Surroundings:
    """What every run needs.

    Attributes:
        notebooks: Where notebooks are read from.
        clusters: The clusters.
        libraries: What runs find installed.
        pools: The processes.
        tokens: Tokens for runs.
        folders: Roots of the platform's paths.
        runs_folder: Parent of the runs' own folders.
        host: The workspace's address, as processes reach it.
        workspace_id: The number of the workspace.
        mounts: Gives mount points and their sources.
        run_memory: The limit of a run's memory in bytes, where its cluster sets none.
    """

    notebooks: Notebooks
    clusters: Clusters
    libraries: Libraries
    pools: Pools
    tokens: Tokens
    folders: Folders
    runs_folder: Path
    host: str
    workspace_id: int = 0
    mounts: Callable[[], dict[str, str]] = dict
    run_memory: int | None = None
