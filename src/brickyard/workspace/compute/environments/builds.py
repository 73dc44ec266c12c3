"""Building environments: each once, aside, and renamed when it is whole.

The name of an environment is the hash of all that decides what it holds, so a second start finds it
by looking. Whatever dies while it builds leaves a folder that the next start removes.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from brickyard.errors import BrickyardError
from brickyard.workspace.compute.environments.base import Base
from brickyard.workspace.compute.environments.requirements import Item
from brickyard.workspace.compute.environments.uv import UvError, decisive, install

log = logging.getLogger(__name__)

_UNUSED_SECONDS = 14 * 24 * 3600.0
_COPIES = "files"
# Imports all that a run needs.
_PROBE = "brickyard.runtime.zygote"


class BuildError(BrickyardError):
    """An environment cannot be built.

    Args:
        position: Which of the items it is for.
        message: Why.
    """

    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True)
class Environment:
    """What a run finds installed.

    Attributes:
        key: Its name; empty for the server's own.
        python: The executable to start.
        scripts: Folders of programs, the first winning.
        root: Its folder, where it is a venv that was built here.
    """

    key: str
    python: Path
    scripts: tuple[Path, ...]
    root: Path | None = None

    def variables(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """What a process in it has to find in its environment variables.

        Args:
            inherited: Variables of the server.
        """
        others = [part for part in inherited.get("PATH", "").split(os.pathsep) if part]
        own = [str(folder) for folder in self.scripts]
        path = [*own, *(part for part in others if part not in own)]
        found = {"PATH": os.pathsep.join(path)}
        if self.root is not None:
            found["VIRTUAL_ENV"] = str(self.root)
        return found


class Environments:
    """The environments of a workspace.

    One server uses the folder at a time: it holds the home's lock.

    Args:
        folder: Where they are kept.
        variables: What uv is started with.
        base: What they stand on.
    """

    def __init__(
        self, folder: Path, variables: Mapping[str, str], base: Base | None = None
    ) -> None:
        self._folder = folder
        self._variables = dict(variables)
        self._base = base or Base.here()
        self._builds: dict[str, asyncio.Task[Environment]] = {}
        self.base = Environment("", self._base.python, (self._base.python.parent,))
        self._put_aside_leftovers()

    @property
    def copies(self) -> Path:
        """Where copies of wheels and the like are kept while the server lives."""
        return self._folder / _COPIES

    def key(self, items: Sequence[Item]) -> str:
        """The name of the environment with these items."""
        parts = [
            str(self._folder),
            self._base.fingerprint(),
            decisive(self._variables),
            [item.identity() for item in items],
        ]
        return sha256(json.dumps(parts).encode()).hexdigest()[:32]

    async def ensure(
        self, items: Sequence[Item], told: Callable[[str], None] = lambda _line: None
    ) -> Environment:
        """The environment with these items, built now if there is none yet.

        Args:
            items: Installed one after the other; a later one may replace what an earlier brought.
            told: Gets each line that uv says, if it is this call that builds.

        Raises:
            BuildError: An item cannot be installed; nothing is left behind.
        """
        if not items:
            return self.base
        key = self.key(items)
        found = self._at(key)
        if found.root is not None and found.root.is_dir():
            os.utime(found.root)  # in use: not to be removed at the next start
            return found
        build = self._builds.get(key)
        if build is None:
            build = asyncio.create_task(self._build(key, list(items), told))
            self._builds[key] = build
            build.add_done_callback(lambda _: self._builds.pop(key))
        return await asyncio.shield(build)  # whoever waits may leave; others wait too

    async def stop(self) -> None:
        """End the builds under way, as the workspace is about to stop."""
        builds = list(self._builds.values())
        for build in builds:
            build.cancel()
        await asyncio.gather(*builds, return_exceptions=True)

    def sweep(self) -> None:
        """Remove what an earlier server left half done, or what has not been used for weeks.

        Never what is in use: all of it was put aside before this server began.
        """
        for leftover in self._leftovers:
            shutil.rmtree(leftover, ignore_errors=True)

    def _put_aside_leftovers(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        oldest = time.time() - _UNUSED_SECONDS
        for entry in list(self._folder.iterdir()):
            if entry.name.startswith("."):
                continue
            if entry.name == _COPIES or entry.stat().st_mtime < oldest:
                entry.rename(self._aside(entry.name))
        self._leftovers = list(self._folder.glob(".*"))

    def _aside(self, name: str) -> Path:
        return self._folder / f".{name}.{secrets.token_hex(4)}"

    def _at(self, key: str) -> Environment:
        root = self._folder / key
        scripts = (root / "bin", self._base.python.parent)
        return Environment(key, root / "bin" / "python", scripts, root)

    async def _build(self, key: str, items: list[Item], told: Callable[[str], None]) -> Environment:
        begun = time.monotonic()
        aside = self._aside(key)
        try:
            await asyncio.to_thread(self._base.lay, aside)
            before = _packages(aside)
            for position, item in enumerate(items):
                try:
                    await install(aside / "bin" / "python", item.texts, self._variables, told)
                except UvError as exc:
                    raise BuildError(position, item.explain(exc.message)) from exc
            if not before <= _packages(aside):
                await self._probe(aside, len(items) - 1)
            aside.rename(self._folder / key)
        finally:
            await asyncio.to_thread(shutil.rmtree, aside, ignore_errors=True)
        log.info("Built environment %s in %.2f s", key, time.monotonic() - begun)
        return self._at(key)

    async def _probe(self, folder: Path, position: int) -> None:
        """See that notebooks can still be run where one of the base's packages was replaced."""
        child = await asyncio.create_subprocess_exec(
            *(str(folder / "bin" / "python"), "-P", "-m", _PROBE, "--help"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=self._variables,
        )
        try:
            _, said = await child.communicate()
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode != 0:
            last = (said.decode("utf-8", "replace").strip().splitlines() or ["no word"])[-1]
            raise BuildError(
                position,
                f"It replaces a package that notebooks need to run, which then fails with: {last}",
            )


def _packages(folder: Path) -> set[str]:
    return {entry.name for entry in folder.glob("lib/*/site-packages/*-info")}
