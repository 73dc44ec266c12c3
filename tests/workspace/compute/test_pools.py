"""Pools of real processes, one for each environment in use."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from brickyard.notebook import parse
from brickyard.runtime.protocol import Folders, RunSpec
from brickyard.workspace.compute.environments import Environment, Environments, Item
from brickyard.workspace.compute.pools import Pools
from tests.support.wheels import tiny_wheel

SAYS = (
    "import sys\ntry:\n    from tiny import VERSION\nexcept ImportError:\n    VERSION = None\n"
    "dbutils.notebook.exit([VERSION, sys.executable])"
)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    names = ("dbfs", "workspace", "volumes", "storage", "warehouse", "scratch")
    for name in names:
        (tmp_path / name).mkdir()
    return Folders(*(str(tmp_path / name) for name in names))


@pytest.fixture
def spec(folders: Folders, tmp_path: Path) -> RunSpec:
    return RunSpec(
        run_id=1,
        notebook_path="/n",
        notebook=parse(f"# Databricks notebook source\n{SAYS}\n"),
        widgets={},
        folder=str(tmp_path / "run"),
        folders=folders,
        environment={"DATABRICKS_HOST": "http://127.0.0.1:9", "DATABRICKS_TOKEN": "t"},
    )


async def exit_value(pools: Pools, environment: Environment, spec: RunSpec) -> str:
    async with pools.lease(environment) as pool:
        process = await pool.launch(spec)
        async for event in process.events():
            if event["event"] == "end":
                await pool.finish(process)
                return str(event["exit_value"])
    raise AssertionError("The process ended without a word.")


def test_each_environment_has_its_pool_and_an_idle_one_ends(
    folders: Folders, spec: RunSpec, tmp_path: Path
) -> None:
    wheel = tiny_wheel(tmp_path, "1.0")

    async def scenario() -> None:
        environments = Environments(tmp_path / "environments", os.environ)
        other = await environments.ensure([Item.of(wheel.as_uri())])
        pools = Pools(folders, {}, environments.base, idle_seconds=0.05)
        await pools.start()
        try:
            base = await exit_value(pools, environments.base, spec)
            assert base == str([None, str(environments.base.python)])
            runs = [exit_value(pools, other, spec) for _ in range(3)]
            assert await asyncio.gather(*runs) == [str(["1.0", str(other.python)])] * 3
            while set(pools._entries) != {""}:
                await asyncio.sleep(0.01)
            while pools._retiring:
                await asyncio.sleep(0.01)
            assert not _processes(other)
            # It comes back when it is needed again, and goes with the server.
            assert await exit_value(pools, other, spec) == str(["1.0", str(other.python)])
            pools.warm(other)
        finally:
            await pools.stop()
        assert not _processes(other)

    asyncio.run(asyncio.wait_for(scenario(), 120))


def test_a_pool_is_kept_while_a_run_uses_it(folders: Folders, tmp_path: Path) -> None:
    wheel = tiny_wheel(tmp_path, "1.0")

    async def scenario() -> None:
        environments = Environments(tmp_path / "environments", os.environ)
        other = await environments.ensure([Item.of(wheel.as_uri())])
        pools = Pools(folders, {}, environments.base, idle_seconds=0.0)
        await pools.start()
        try:
            async with pools.lease(other) as pool:
                async with pools.lease(other) as same:
                    assert same is pool
                await asyncio.sleep(0.05)
                assert other.key in pools._entries
        finally:
            await pools.stop()

    asyncio.run(asyncio.wait_for(scenario(), 120))


def _processes(environment: Environment) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if str(environment.root) in (folder / "cmdline").read_text():
                found.append(folder.name)
        except OSError:
            continue
    return found
