"""What is made ready before the workspace answers: the environment of a project's requirements."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from brickyard.errors import BrickyardError
from brickyard.runtime.paths import PathMap
from brickyard.runtime.protocol import Folders
from brickyard.workspace.compute.environments import (
    BuildError,
    Environment,
    Environments,
    Item,
    Sources,
    read_requirements,
)
from brickyard.workspace.compute.strays import MARK
from brickyard.workspace.home import Home


@dataclass(frozen=True)
class Prepared:
    """What runs can be given.

    Attributes:
        environments: All of them.
        to_local: From the platform's addresses to local paths, as Python on a cluster sees them.
        items: What every environment begins with.
        default: The environment of runs without libraries.
    """

    environments: Environments
    to_local: Callable[[str], str]
    items: tuple[Item, ...]
    default: Environment


def prepare(
    home: Home,
    requirements: Path | None,
    told: Callable[[str], None] = lambda _line: None,
) -> Prepared:
    """Build the environment of a project's requirements, if there is none yet.

    Args:
        home: The home folder, locked by this process.
        requirements: The requirements file, if there is one.
        told: Called with what uv does.

    Raises:
        BrickyardError: The requirements cannot be read or installed.
    """
    paths = PathMap(home.roots)

    def to_local(address: str) -> str:
        return paths.to_local(address, bare_is_dbfs=False)

    environments = Environments(home.environments, {**os.environ, MARK: home.mark})
    items: tuple[Item, ...] = ()
    if requirements is not None:
        sources = Sources(environments.copies, to_local)
        items = (read_requirements(requirements.resolve(), sources, str(requirements)),)
    default = asyncio.run(_default(environments, items, requirements, told))
    return Prepared(environments, to_local, items, default)


async def _default(
    environments: Environments,
    items: tuple[Item, ...],
    requirements: Path | None,
    told: Callable[[str], None],
) -> Environment:
    begun: list[float] = []

    def say(line: str) -> None:
        if not begun:
            begun.append(time.monotonic())
            told(f"Building the environment of {requirements}")
        told(f"  {line}")

    try:
        environment = await environments.ensure(items, say)
    except BuildError as exc:
        raise BrickyardError(
            f"The requirements cannot be installed. {exc.message}",
            f"Change {requirements}, or start without --requirements.",
        ) from exc
    if begun:
        told(f"Built in {time.monotonic() - begun[0]:.1f} s; later starts find it ready.")
    return environment


def folders_of(home: Home) -> Folders:
    """The roots of the platform's paths in a home folder."""
    return Folders(
        dbfs=str(home.dbfs),
        workspace=str(home.workspace),
        volumes=str(home.volumes),
        storage=str(home.storage),
        warehouse=str(home.warehouse),
        scratch=str(home.scratch),
    )
