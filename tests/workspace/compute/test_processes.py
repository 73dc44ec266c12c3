"""A real zygote and real processes, without a server around them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from brickyard.notebook import parse
from brickyard.runtime.paths import probe_namespace
from brickyard.runtime.protocol import Event, Folders, RunSpec
from brickyard.workspace.compute.processes import ProcessPool
from brickyard.workspace.compute.run_process import RunProcess

Scenario = Callable[[ProcessPool], Awaitable[None]]


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    names = ("dbfs", "workspace", "volumes", "storage", "warehouse", "scratch")
    for name in names:
        (tmp_path / name).mkdir()
    return Folders(*(str(tmp_path / name) for name in names))


@pytest.fixture
def play(folders: Folders) -> Callable[[Scenario], None]:
    """Plays a scenario with a pool, which is stopped afterwards."""

    def play(scenario: Scenario) -> None:
        async def main() -> None:
            pool = ProcessPool(folders, {})
            await pool.start()
            try:
                await asyncio.wait_for(scenario(pool), 90)
            finally:
                await pool.stop()

        asyncio.run(main())

    return play


@pytest.fixture
def spec(folders: Folders, tmp_path: Path) -> Callable[[str], RunSpec]:
    def make(source: str) -> RunSpec:
        return RunSpec(
            run_id=1,
            notebook_path="/n",
            notebook=parse(f"# Databricks notebook source\n{source}\n"),
            widgets={},
            folder=str(tmp_path / "run"),
            folders=folders,
            environment={"DATABRICKS_HOST": "http://127.0.0.1:9", "DATABRICKS_TOKEN": "t"},
        )

    return make


async def last_word(process: RunProcess) -> Event:
    """The last event of a process, up to its end."""
    last: Event = {}
    async for event in process.events():
        last = event
        if event["event"] == "end":
            break
    return last


def idle_children(zygote: int) -> set[int]:
    return set(map(int, Path(f"/proc/{zygote}/task/{zygote}/children").read_text().split()))


def test_twenty_runs_at_once_each_get_a_process_of_their_own(
    play: Callable[[Scenario], None], spec: Callable[[str], RunSpec]
) -> None:
    async def scenario(pool: ProcessPool) -> None:
        source = "import os\ndbutils.notebook.exit(os.getpid())"
        processes = await asyncio.gather(*[pool.launch(spec(source)) for _ in range(20)])
        ends = await asyncio.gather(*[last_word(process) for process in processes])

        assert [end["exit_value"] for end in ends] == [str(p.pid) for p in processes]
        assert len({process.pid for process in processes}) == 20
        assert [(await pool.finish(process)).status for process in processes] == [0] * 20
        assert not pool._processes
        assert not {process.pid for process in processes} & pool._exits.keys()

    play(scenario)


def test_a_zygote_that_is_killed_loses_its_runs_and_none_that_waits(
    play: Callable[[Scenario], None], spec: Callable[[str], RunSpec]
) -> None:
    async def scenario(pool: ProcessPool) -> None:
        await pool.ready.wait()
        assert pool._zygote is not None
        running = await pool.launch(spec("import time\ntime.sleep(600)"))
        events = running.events()
        while (await anext(events))["event"] != "cell":
            pass
        os.kill(pool._zygote.pid, signal.SIGKILL)
        assert [event async for event in events] == []
        await pool.finish(running)

        waiting = [await pool.launch(spec("dbutils.notebook.exit(7)")) for _ in range(3)]
        for process in waiting:
            assert (await last_word(process))["exit_value"] == "7"
            assert (await pool.finish(process)).status == 0

    play(scenario)


def test_a_child_that_waited_without_the_usual_imports_is_retired(
    play: Callable[[Scenario], None], spec: Callable[[str], RunSpec]
) -> None:
    async def scenario(pool: ProcessPool) -> None:
        await pool.ready.wait()
        assert pool._zygote is not None
        first = idle_children(pool._zygote.pid)
        await pool.warm.wait()
        process = await pool.launch(
            spec("import sys\ndbutils.notebook.exit('mlflow.lightgbm' in sys.modules)")
        )

        assert (await last_word(process))["exit_value"] == "True"
        assert process.pid not in first
        await pool.finish(process)
        while first & idle_children(pool._zygote.pid):
            await asyncio.sleep(0.02)

    play(scenario)


def test_a_child_that_dies_waiting_is_replaced(
    play: Callable[[Scenario], None], spec: Callable[[str], RunSpec]
) -> None:
    async def scenario(pool: ProcessPool) -> None:
        await pool.warm.wait()
        assert pool._zygote is not None
        for pid in idle_children(pool._zygote.pid):
            os.kill(pid, signal.SIGKILL)
        process = await pool.launch(spec("dbutils.notebook.exit(1)"))

        assert (await last_word(process))["exit_value"] == "1"
        await pool.finish(process)

    play(scenario)


def test_a_run_whose_libraries_shadow_what_is_loaded_gets_a_fresh_interpreter(
    play: Callable[[Scenario], None], spec: Callable[[str], RunSpec], tmp_path: Path
) -> None:
    libraries = tmp_path / "run/libraries"
    libraries.mkdir(parents=True)
    (libraries / "sklearn.py").write_text("")

    async def scenario(pool: ProcessPool) -> None:
        await pool.warm.wait()  # from here on scikit-learn is loaded in who waits
        source = (
            "import gc, os, sklearn\n"
            "seen = [os.getpid(), sklearn.__file__, gc.isenabled(), os.path.isdir('/Workspace')]\n"
            "dbutils.notebook.exit(repr(seen))"
        )
        namespace = probe_namespace() is None
        process = await pool.launch(spec(source))
        seen = (await last_word(process))["exit_value"]

        assert seen == repr([process.pid, str(libraries / "sklearn.py"), True, namespace])
        assert (await pool.finish(process, tmp_path / "run")).status == 0
        assert not (tmp_path / "run").exists()

    play(scenario)


def test_a_process_is_told_what_to_run_only_when_its_number_is_known(
    play: Callable[[Scenario], None], spec: Callable[[str], RunSpec], tmp_path: Path
) -> None:
    flag = tmp_path / "ran"

    async def scenario(pool: ProcessPool) -> None:
        for delay in (0, 0.001, 0.002, 0.005):
            process = await pool.launch(spec(f"open({str(flag)!r}, 'w').close()"))
            await asyncio.sleep(delay)
            if process.pid == 0:
                process.hang_up()
                assert [event async for event in process.events()] == []
                assert not flag.exists()
            await pool.finish(process)

    play(scenario)


def test_a_run_that_is_told_to_stop_begins_no_further_cell(
    play: Callable[[Scenario], None], spec: Callable[[str], RunSpec]
) -> None:
    async def scenario(pool: ProcessPool) -> None:
        waits = "import time\ntry: time.sleep(60)\nexcept KeyboardInterrupt: pass"
        process = await pool.launch(spec(f"{waits}\n\n# COMMAND ----------\n\n1"))
        seen = []
        async for event in process.events():
            seen.append((event["event"], event.get("position"), event.get("state")))
            if seen[-1] == ("cell", 0, "RUNNING"):
                await asyncio.sleep(0.2)
                process.interrupt()

        assert ("cell", 0, "FINISHED") in seen
        assert not [what for what in seen if what[1] == 1 or what[0] == "end"]
        assert (await pool.finish(process)).status == 0

    play(scenario)


def test_a_run_over_its_memory_is_ended_and_says_how_much_it_had(
    play: Callable[[Scenario], None], spec: Callable[[str], RunSpec]
) -> None:
    async def scenario(pool: ProcessPool) -> None:
        limit = 400 << 20
        source = "block = bytearray(b'x' * (600 << 20))\nimport time\ntime.sleep(60)"
        process = await pool.launch(spec(source), limit)

        assert (await last_word(process))["event"] != "end"
        end = await pool.finish(process)
        assert end.limit == limit
        assert end.peak > limit
        assert end.status == -signal.SIGKILL

    play(scenario)


def test_a_run_within_its_memory_is_left_alone(
    play: Callable[[Scenario], None], spec: Callable[[str], RunSpec]
) -> None:
    async def scenario(pool: ProcessPool) -> None:
        # Reserved, and mapped from a file: neither is memory that only its end would free.
        source = (
            "import mmap, sys, time\nreserved = mmap.mmap(-1, 8 << 30)\n"
            "file = open(sys.executable, 'rb')\n"
            "mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)\n"
            "sum(mapped[::4096])\ntime.sleep(0.3)"
        )
        process = await pool.launch(spec(source), 400 << 20)

        assert (await last_word(process))["result"] == "SUCCESS"
        assert (await pool.finish(process)).limit == 0

    play(scenario)


def test_what_a_process_leaves_is_ended_before_its_end_is_told(
    play: Callable[[Scenario], None], spec: Callable[[str], RunSpec]
) -> None:
    async def scenario(pool: ProcessPool) -> None:
        source = (
            "import os, subprocess\n"
            "p = subprocess.Popen(['sleep', '600'], start_new_session=True, env={})\n"
            "dbutils.notebook.exit(p.pid)"
        )
        process = await pool.launch(spec(source))
        left = int((await last_word(process))["exit_value"])
        await pool.finish(process)

        assert not Path(f"/proc/{left}").exists()

    play(scenario)


def test_what_a_notebook_writes_to_strange_pipes_does_not_end_the_zygote(
    play: Callable[[Scenario], None], spec: Callable[[str], RunSpec]
) -> None:
    async def scenario(pool: ProcessPool) -> None:
        source = (
            "import os\n"
            "done = set()\n"
            "for number in range(3, 200):\n"
            "    try:\n"
            "        name = os.readlink(f'/proc/self/fd/{number}')\n"
            "        if name.startswith('pipe:') and name not in done:\n"
            "            os.write(number, b'x')\n"
            "            done.add(name)\n"
            "    except OSError:\n"
            "        pass\n"
        )
        process = await pool.launch(spec(source))
        assert (await last_word(process))["result"] == "SUCCESS"
        # The zygote reads what was written before it tells of the end.
        assert not (await pool.finish(process)).zygote_lost

    play(scenario)


def test_who_never_says_hello_is_hung_up_on(
    play: Callable[[Scenario], None],
    spec: Callable[[str], RunSpec],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("brickyard.workspace.compute.run_process._START_LIMIT_SECONDS", 0.2)

    async def scenario(pool: ProcessPool) -> None:
        process = await pool.launch(spec("1"))  # the zygote needs longer than that to start

        assert await last_word(process) == {}
        assert (await pool.finish(process)).status is None

    play(scenario)
