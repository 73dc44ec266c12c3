"""Jobs without processes: what a process would say is a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import pytest

from brickyard.notebook import Notebook, parse
from brickyard.runtime.protocol import Event, Folders, RunSpec, end, hello
from brickyard.workspace.compute.environments import Environment
from brickyard.workspace.compute.exits import Exit
from brickyard.workspace.compute.processes import ProcessPool
from brickyard.workspace.jobs.changes import Changes
from brickyard.workspace.jobs.records import RunRecords
from brickyard.workspace.jobs.surroundings import Surroundings
from brickyard.workspace.store import Store

Script = Callable[[RunSpec], list[Event]]


class ScriptedProcess:
    """Says what its script says."""

    def __init__(self, events: list[Event]) -> None:
        self.pid = 0
        self.ended = asyncio.Event()
        self.killed = False
        self._events = events
        self._interrupted = asyncio.Event()

    async def events(self) -> AsyncIterator[Event]:
        self.pid = 1
        yield hello(1)
        for event in self._events:
            if event["event"] == "wait":
                await self._interrupted.wait()
                return
            yield event

    def interrupt(self) -> None:
        self._interrupted.set()

    hang_up = interrupt

    def kill(self) -> None:
        self.killed = True
        self._interrupted.set()


class ScriptedPool:
    """Hands out processes of a script, and keeps what they were given."""

    def __init__(self) -> None:
        self.script: Script = lambda _spec: [end("SUCCESS")]
        self.specs: list[RunSpec] = []
        self.processes: list[ScriptedProcess] = []

    async def launch(self, spec: RunSpec, memory_limit: int | None = None) -> ScriptedProcess:
        del memory_limit
        self.specs.append(spec)
        self.processes.append(ScriptedProcess(self.script(spec)))
        return self.processes[-1]

    @asynccontextmanager
    async def lease(self, environment: Environment) -> AsyncIterator[ProcessPool]:
        del environment
        yield cast(ProcessPool, self)

    def retire(self, process: ScriptedProcess, leavings: Path | None = None) -> None:
        del leavings
        process.ended.set()

    async def finish(self, process: ScriptedProcess, leavings: Path | None = None) -> Exit:
        self.retire(process, leavings)
        return Exit(-9)


class Anything:
    """Notebooks, clusters and tokens of which there are always some."""

    def read_notebook(self, path: str) -> tuple[Notebook, Path]:
        del path
        return parse("# Databricks notebook source\nprint(1)\n"), Path("/none")

    async def ensure_running(self, cluster_id: str) -> dict[str, Any]:
        return {"cluster_id": cluster_id}

    async def environment(
        self, cluster_id: str | None, libraries: Sequence[Mapping[str, Any]] = ()
    ) -> Environment:
        del cluster_id, libraries
        return Environment("", Path("/none"), ())

    def issue_run_token(self, owner: str) -> str:
        return f"token-{owner}"

    def revoke_run_token(self, owner: str) -> None:
        del owner


@pytest.fixture
def pool() -> ScriptedPool:
    return ScriptedPool()


@pytest.fixture
def records(store: Store) -> RunRecords:
    return RunRecords(store, Changes())


@pytest.fixture
def around(pool: ScriptedPool, tmp_path: Path) -> Surroundings:
    folders = Folders(*(str(tmp_path / name) for name in ("a", "b", "c", "d", "e", "f")))
    assert len(asdict(folders)) == 6
    every = Anything()
    return Surroundings(every, every, every, pool, every, folders, tmp_path / "runs", "http://here")
