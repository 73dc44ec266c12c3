"""What running notebooks ask of the workspace, with processes of a script."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from starlette.requests import Request

from brickyard.runtime.protocol import Event, RunSpec, end
from brickyard.workspace.api.auth import Gate
from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.jobs import children
from brickyard.workspace.jobs.children import ChildRunsService
from brickyard.workspace.jobs.manager import RunManager
from brickyard.workspace.jobs.records import JobRecords, Row, RunRecords
from brickyard.workspace.jobs.render import Renderer
from brickyard.workspace.jobs.settings import submit_settings
from brickyard.workspace.jobs.surroundings import Surroundings
from brickyard.workspace.jobs.task_values import TaskValuesService
from brickyard.workspace.store import Store
from tests.workspace.jobs.conftest import ScriptedPool

WAIT: Event = {"event": "wait"}


class House:
    """A manager with the services for running notebooks."""

    def __init__(self, store: Store, records: RunRecords, around: Surroundings) -> None:
        self.gate = Gate("workspace", "ada", ["here"])
        self.records = records
        around = dataclasses.replace(around, tokens=self.gate)
        self.manager = RunManager(JobRecords(store), records, around)
        renderer = Renderer("http://here", 1)
        self.children = ChildRunsService(self.gate, records, self.manager, renderer)
        self.values = TaskValuesService(self.gate, records)

    async def parent(self, pool: ScriptedPool, *tasks: str, **fields: Any) -> dict[str, Row]:
        """Start a run whose notebooks go on until they are stopped; returns its tasks."""
        names = tasks or ("main",)
        raw = [
            {"task_key": name, "notebook_task": {"notebook_path": f"/parent/{name}"}, **fields}
            for name in names
        ]
        before = len(pool.processes)
        run_id = self.manager.submit(submit_settings({"tasks": raw}), "ada", None)
        while len(pool.processes) < before + len(names):
            await asyncio.sleep(0)
        return {row["task_key"]: row for row in self.records.tasks(run_id)}

    def call(self, task: Row | None, **fields: Any) -> Call:
        """A call with the token of a task run, or with the workspace's own."""
        token = "workspace" if task is None else self.gate._run_tokens[str(task["run_id"])]
        headers = [(b"authorization", f"Bearer {token}".encode())]
        return Call(Request({"type": "http", "headers": headers}), fields, "ada")

    async def start(self, task: Row | None, path: str = "/child", **fields: Any) -> int:
        asked = {"notebook_path": path, "timeout_seconds": 0, "arguments": {}, **fields}
        reply: Any = await self.children.start(self.call(task, **asked))
        return int(reply["run_id"])

    async def wait(self, task: Row, run_id: int) -> dict[str, Any]:
        reply: Any = await self.children.wait(self.call(task, run_id=run_id))
        return dict(reply)


Script = Callable[[House], Coroutine[Any, Any, None]]


@pytest.fixture
def house(store: Store, records: RunRecords, around: Surroundings) -> House:
    return House(store, records, around)


@pytest.fixture
def play(house: House) -> Callable[[Script], None]:
    """Runs a script, and ends whatever it leaves behind."""

    def run(script: Script) -> None:
        async def all_of_it() -> None:
            try:
                await asyncio.wait_for(script(house), 30)
            finally:
                await house.manager.stop()

        asyncio.run(all_of_it())

    return run


def parents_wait(then: Event) -> Callable[[RunSpec], list[Event]]:
    return lambda spec: [WAIT] if spec.notebook_path.startswith("/parent") else [then]


def test_a_child_is_a_run_of_its_own_with_its_arguments(
    play: Callable[[Script], None], pool: ScriptedPool
) -> None:
    pool.script = parents_wait(end("SUCCESS", exit_value="done"))

    async def script(house: House) -> None:
        task = (await house.parent(pool))["main"]
        run_id = await house.start(task, arguments={"a": "{{job.id}}"})
        told = await house.wait(task, run_id)

        assert (told["ended"], told["result"], told["exit_value"]) == (True, "SUCCESS", "done")
        run = house.records.get(run_id)
        assert (run["run_type"], run["caller_id"]) == ("WORKFLOW_RUN", task["run_id"])
        assert pool.specs[-1].widgets == {"a": "{{job.id}}"}  # as it was given
        identity = pool.specs[-1].identity
        assert (identity.job_run_id, identity.root_run_id) == (run_id, task["parent_id"])

    play(script)


def test_a_child_runs_where_its_parent_runs(
    play: Callable[[Script], None], pool: ScriptedPool
) -> None:
    pool.script = parents_wait(end("SUCCESS"))
    where = {"existing_cluster_id": "c-1", "libraries": [{"pypi": {"package": "x==1"}}]}

    async def script(house: House) -> None:
        task = (await house.parent(pool, **where))["main"]
        child = house.records.tasks(await house.start(task))[0]

        assert {name: child["settings"][name] for name in where} == where

    play(script)


def test_a_failure_is_told_with_its_reason(
    play: Callable[[Script], None], pool: ScriptedPool
) -> None:
    pool.script = parents_wait(end("FAILED", error="E: no", error_trace="t"))

    async def script(house: House) -> None:
        task = (await house.parent(pool))["main"]
        told = await house.wait(task, await house.start(task))

        assert (told["result"], told["error"]) == ("FAILED", "E: no")
        assert told["message"].startswith("Workload failed")

    play(script)


@pytest.mark.parametrize("how", ["cancel", "end"])
def test_children_have_ended_before_their_parents_end_is_told(
    play: Callable[[Script], None], pool: ScriptedPool, how: str
) -> None:
    pool.script = lambda _spec: [WAIT]

    async def script(house: House) -> None:
        task = (await house.parent(pool))["main"]
        child = await house.start(task)
        while len(pool.processes) < 2:
            await asyncio.sleep(0)
        grandchild = await house.start(house.records.tasks(child)[0])
        while len(pool.processes) < 3:
            await asyncio.sleep(0)
        if how == "cancel":
            house.manager.cancel(task["parent_id"])
        else:
            pool.processes[0].interrupt()  # its process ends without a word
        while house.records.get(task["run_id"])["ended_ms"] is None:
            await asyncio.sleep(0)

        for run_id in (child, grandchild):
            row = house.records.get(run_id)
            assert (row["life_cycle"], row["result"]) == ("TERMINATED", "CANCELED")
            assert "has ended" in row["message"]

    play(script)


def test_only_a_running_notebook_may_start_runs(
    play: Callable[[Script], None], pool: ScriptedPool
) -> None:
    pool.script = lambda _spec: [WAIT]

    async def script(house: House) -> None:
        task = (await house.parent(pool))["main"]
        with pytest.raises(ApiError, match="Only a running notebook") as caught:
            await house.start(None)
        assert caught.value.status == 403
        house.records.note_ending(task["run_id"])
        with pytest.raises(ApiError, match="is ending"):
            await house.start(task)

    play(script)


def test_nobody_waits_for_the_child_of_another(
    play: Callable[[Script], None], pool: ScriptedPool
) -> None:
    pool.script = lambda _spec: [WAIT]

    async def script(house: House) -> None:
        tasks = await house.parent(pool, "a", "b")
        run_id = await house.start(tasks["a"])
        with pytest.raises(ApiError, match="was not started by this notebook"):
            await house.wait(tasks["b"], run_id)

    play(script)


def test_who_waits_is_answered_after_a_while(
    play: Callable[[Script], None], pool: ScriptedPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool.script = lambda _spec: [WAIT]
    monkeypatch.setattr(children, "_WAIT_SECONDS", 0.01)

    async def script(house: House) -> None:
        task = (await house.parent(pool))["main"]
        assert await house.wait(task, await house.start(task)) == {"ended": False}

    play(script)


def test_notebooks_cannot_run_notebooks_without_end(
    play: Callable[[Script], None], pool: ScriptedPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool.script = lambda _spec: [WAIT]
    monkeypatch.setattr(children, "MAX_DEPTH", 2)

    async def script(house: House) -> None:
        task = (await house.parent(pool))["main"]
        child = await house.start(task)
        while len(pool.processes) < 2:
            await asyncio.sleep(0)
        with pytest.raises(ApiError, match="2 deep: at most 2"):
            await house.start(house.records.tasks(child)[0])

    play(script)


@pytest.mark.parametrize(
    "fields", [{"arguments": {"a": 1}}, {"timeout_seconds": -1}, {"path": "relative"}]
)
def test_what_cannot_be_run_is_refused(
    play: Callable[[Script], None], pool: ScriptedPool, fields: dict[str, Any]
) -> None:
    pool.script = lambda _spec: [WAIT]

    async def script(house: House) -> None:
        task = (await house.parent(pool))["main"]
        with pytest.raises(ApiError):
            await house.start(task, **fields)

    play(script)


def test_task_values_belong_to_the_job_run(
    play: Callable[[Script], None], pool: ScriptedPool
) -> None:
    pool.script = lambda _spec: [WAIT]

    async def script(house: House) -> None:
        tasks = await house.parent(pool, "a", "b")
        stranger = (await house.parent(pool, "a"))["a"]
        values = house.values
        for value in (1, {"x": [None]}):
            await values.set(house.call(tasks["a"], key="k", value=json.dumps(value)))
        asked = {"task_key": "a", "key": "k"}
        assert await values.get(house.call(tasks["b"], **asked)) == {"value": '{"x": [null]}'}
        for caller, name in ((stranger, "k"), (tasks["b"], "j")):
            with pytest.raises(ApiError, match="has set no task value") as caught:
                await values.get(house.call(caller, task_key="a", key=name))
            assert caught.value.code == "RESOURCE_DOES_NOT_EXIST"
        with pytest.raises(ApiError, match=r"does not exist in run: c"):
            await values.get(house.call(tasks["a"], task_key="c", key="k"))

    play(script)


def test_task_values_have_limits(play: Callable[[Script], None], pool: ScriptedPool) -> None:
    pool.script = lambda _spec: [WAIT]

    async def script(house: House) -> None:
        task = (await house.parent(pool))["main"]

        async def keep(key: str, value: str) -> None:
            await house.values.set(house.call(task, key=key, value=value))

        for no_json in ("x", "[" * 20_000):
            with pytest.raises(ApiError, match="is not JSON"):
                await keep("fits", no_json)
        await keep("fits", json.dumps("x" * (48 * 1024 - 2)))
        with pytest.raises(ApiError, match="at most 49152"):
            await keep("large", json.dumps("x" * (48 * 1024 - 1)))
        for number in range(249):
            await keep(f"k{number}", "1")
        await keep("fits", "2")
        with pytest.raises(ApiError, match="250 task values already"):
            await keep("another", "1")

    play(script)
