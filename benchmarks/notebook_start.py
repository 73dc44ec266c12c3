"""How soon a notebook's first cell runs, and how soon the notebook is done; beside two rivals.

    .venv/bin/python benchmarks/notebook_start.py [--runs 30] [--rival-runs 10] [--no-rivals]

1. A notebook that does nothing, and one with a Spark action: from start-run to its first cell and
   to its end. "pool" hands a notebook to the local workspace's processes within this process, as
   its server does. "job" asks a served workspace over HTTP: from ``run-now`` until ``runs/get``
   first says TERMINATED, asked every 2 ms. The rivals, nbclient and papermill, start a fresh
   Jupyter kernel for each notebook, as they do by default; their end is the last cell's, so their
   kernel's shutdown does not count. All run the same engine, which theirs start in the notebook.
2. A cell with ``%pip install`` of two local wheels, from its beginning to its end; the rival is pip
   in a kernel's cell.
3. Twenty notebooks at once: until all have ended, and how many failed.

The rivals are installed into a temporary environment with uv. Medians (p50) and 95th percentiles.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from brickyard.notebook import parse
from brickyard.runtime.protocol import Folders, RunSpec
from brickyard.workspace.compute.processes import ProcessPool

NOTEBOOKS = {"no-op": "pass", "Spark action": "spark.range(10).count()"}
# What the rivals' notebook must do before it has a session.
ENGINE = (
    "from pysail.spark import SparkConnectServer\n"
    "from pyspark.sql import SparkSession\n"
    "server = SparkConnectServer()\nserver.start(background=True)\n"
    "_, port = server.listening_address\n"
    "spark = SparkSession.builder.remote(f'sc://localhost:{port}').getOrCreate()\n"
)
RIVALS = ("nbclient", "papermill")
ENGINE_PACKAGES = ("pysail", "pyspark-client", "pandas", "pyarrow", "ipykernel", "nbclient")
TOKEN = "benchmark-token"
AT_ONCE = 20
WARM_UP = 3
HERE = Path(__file__).parent


@dataclass
class Times:
    """What was measured of some runs, in seconds."""

    name: str
    first: list[float]
    end: list[float]

    def row(self, base: Times | None = None) -> str:
        """A line of the table."""
        parts = [f"{self.name:24}"]
        for seconds in (self.first, self.end):
            if seconds:
                parts.append(f"{at(seconds, 50):>10.1f}{at(seconds, 95):>10.1f}")
            else:
                parts.append(" " * 20)
        if base is not None:
            ratios = [f"{at(self.end, 50) / at(base.end, 50):.0f}x"]
            if self.first and base.first:
                ratios.insert(0, f"{at(self.first, 50) / at(base.first, 50):.0f}x")
            parts.append("   " + " / ".join(ratios))
        return "".join(parts)


def at(seconds: list[float], percent: int) -> float:
    """A percentile, in milliseconds."""
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def folders_in(base: Path) -> Folders:
    """Roots of the platform's paths."""
    names = ("dbfs", "workspace", "volumes", "storage", "warehouse", "scratch")
    for name in names:
        (base / name).mkdir()
    return Folders(*(str(base / name) for name in names))


def spec_of(source: str, folders: Folders, folder: Path, number: int) -> RunSpec:
    """A run of a notebook."""
    return RunSpec(
        run_id=number,
        notebook_path="/notebook",
        notebook=parse(f"# Databricks notebook source\n{source}\n"),
        widgets={},
        folder=str(folder / f"run{number}"),
        folders=folders,
        environment={"DATABRICKS_HOST": "http://127.0.0.1:9", "DATABRICKS_TOKEN": "none"},
    )


async def one(pool: ProcessPool, spec: RunSpec) -> list[float]:
    """Run a notebook; seconds to the beginning and the end of its first cell, and to its end."""
    began = time.perf_counter()
    process = await pool.launch(spec)
    stamps: list[float] = []
    async for event in process.events():
        if event["event"] == "cell":
            stamps.append(time.perf_counter() - began)
        elif event["event"] == "end":
            if event["result"] != "SUCCESS":
                raise SystemExit(f"A notebook failed: {event}")
            stamps.append(time.perf_counter() - began)
            break
    pool.retire(process, Path(spec.folder))
    return [stamps[0], stamps[1], stamps[-1]]


async def several(pool: ProcessPool, source: str, folders: Folders, runs: int) -> list[list[float]]:
    """Run a notebook several times, one after the other."""
    found = []
    base = Path(folders.scratch).parent
    for number in range(runs + WARM_UP):
        found.append(await one(pool, spec_of(source, folders, base, number)))
        await asyncio.sleep(0.2)  # the next process is made meanwhile, as between users' runs
    return found[WARM_UP:]


async def with_pool(runs: int, wheels: list[Path]) -> tuple[dict[str, Times], list[float], str]:
    """Measure the processes themselves: notebooks, %pip, and many at once."""
    with tempfile.TemporaryDirectory() as name:
        folders = folders_in(Path(name))
        pool = ProcessPool(folders, {})
        await pool.start()
        await pool.warm.wait()
        try:
            times = {}
            for kind, source in NOTEBOOKS.items():
                rows = await several(pool, source, folders, runs)
                times[kind] = Times("brickyard, pool", [r[0] for r in rows], [r[2] for r in rows])
            install = f"%pip install {' '.join(map(str, wheels))}"
            rows = await several(pool, install, folders, max(3, runs // 3))
            cells = [row[1] - row[0] for row in rows]
            return times, cells, await at_once(pool, folders)
        finally:
            await pool.stop()


async def at_once(pool: ProcessPool, folders: Folders) -> str:
    """Many notebooks at once, and the memory that one has of its own."""
    base = Path(folders.scratch).parent
    began = time.perf_counter()
    specs = [spec_of("pass", folders, base, 1000 + number) for number in range(AT_ONCE)]
    ends = await asyncio.gather(*[one(pool, spec) for spec in specs], return_exceptions=True)
    failed = sum(isinstance(end, BaseException) for end in ends)
    taken = time.perf_counter() - began
    process = await pool.launch(spec_of("import time\ntime.sleep(60)", folders, base, 2000))
    async for event in process.events():
        if event["event"] == "cell":
            break
    await asyncio.sleep(0.5)
    rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    own = int(rollup.partition("Private_Dirty:")[2].split()[0]) >> 10
    process.kill()
    await pool.finish(process)
    return (
        f"{AT_ONCE} at once: all ended after {taken:.2f} s, {failed} failed; "
        f"{own} MB of memory is a waiting notebook's own."
    )


class Served:
    """A served workspace, over one connection.

    Args:
        address: Host and port.
    """

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(address)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call the REST API."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        self._connection.request(method, f"/api/{path}", json.dumps(body or {}), headers)
        answer = self._connection.getresponse()
        content: dict[str, Any] = json.loads(answer.read())
        if answer.status != 200:
            raise SystemExit(f"{method} {path}: {content}")
        return content

    def job(self, name: str, source: str) -> int:
        """Make a job of one notebook."""
        text = base64.b64encode(f"# Databricks notebook source\n{source}\n".encode()).decode()
        path = f"/Shared/{name}"
        self.call("POST", "2.0/workspace/mkdirs", {"path": "/Shared"})
        notebook = {"path": path, "format": "SOURCE", "language": "PYTHON", "overwrite": True}
        self.call("POST", "2.0/workspace/import", {**notebook, "content": text})
        task = {"task_key": "main", "notebook_task": {"notebook_path": path}}
        made = self.call("POST", "2.1/jobs/create", {"name": name, "tasks": [task]})
        return int(made["job_id"])

    def run(self, job_id: int) -> float:
        """Seconds from run-now to TERMINATED."""
        began = time.perf_counter()
        run_id = self.call("POST", "2.1/jobs/run-now", {"job_id": job_id})["run_id"]
        while True:
            state = self.call("GET", f"2.1/jobs/runs/get?run_id={run_id}")["state"]
            if state["life_cycle_state"] in ("TERMINATED", "INTERNAL_ERROR", "SKIPPED"):
                break
            time.sleep(0.002)
        if state.get("result_state") != "SUCCESS":
            raise SystemExit(f"A run failed: {state}")
        return time.perf_counter() - began


@contextmanager
def serving(home: Path) -> Iterator[Served]:
    """A workspace of its own."""
    command = [sys.executable, "-m", "brickyard", "up", "--home", str(home), "--port", "0"]
    process = subprocess.Popen(
        [*command, "--token", TOKEN],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield Served(process.stdout.readline().strip().removeprefix("http://"))
    finally:
        process.terminate()
        process.wait(20)


def with_server(runs: int) -> dict[str, Times]:
    """Measure jobs over HTTP."""
    with tempfile.TemporaryDirectory() as name, serving(Path(name) / "home") as served:
        time.sleep(15)  # whatever it prepares in the background
        times = {}
        for kind, source in NOTEBOOKS.items():
            job_id = served.job(kind.replace(" ", "-"), source)
            taken = []
            for _ in range(runs + WARM_UP):
                taken.append(served.run(job_id))
                time.sleep(0.2)
            times[kind] = Times("brickyard, job", [], taken[WARM_UP:])
        return times


def rivals_python(folder: Path) -> Path:
    """An environment with the rivals, and with the same engine as ours."""
    python = folder / "rivals" / "bin" / "python"
    same = [f"{name}=={version(name)}" for name in ENGINE_PACKAGES if _installed(name)]
    wanted = {*same, "papermill", "nbclient", "ipykernel", "pip"}
    subprocess.run(["uv", "venv", "-q", "-p", sys.executable, str(folder / "rivals")], check=True)
    install = ["uv", "pip", "install", "-q", "--compile-bytecode", "--python", str(python)]
    subprocess.run([*install, *sorted(wanted), "grpcio-status", "zstandard"], check=True)
    return python


def _installed(name: str) -> bool:
    try:
        return bool(version(name))
    except ImportError:
        return False


def rival(python: Path, name: str, cells: list[str], runs: int, folder: Path) -> Times:
    """Measure a rival."""
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(python), str(HERE / "kernels.py"), name, str(runs + 1), str(folder)],
        input=json.dumps(cells),
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path},
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{name} failed: {done.stderr}")
    rows = [json.loads(line) for line in done.stdout.splitlines()][1:]
    return Times(f"{name}, fresh kernel", [row[0] for row in rows], [row[1] for row in rows])


def make_wheels(folder: Path) -> list[Path]:
    """Two wheels of one module each."""
    wheels = []
    for name in ("first_of_two", "second_of_two"):
        info = f"{name}-1.0.dist-info"
        files = {
            f"{name}.py": "VALUE = 1\n",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": "",
        }
        wheels.append(folder / f"{name}-1.0-py3-none-any.whl")
        with zipfile.ZipFile(wheels[-1], "w") as wheel:
            for member, content in files.items():
                wheel.writestr(member, content)
    return wheels


def main() -> None:
    """Measure, and print milliseconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--rival-runs", type=int, default=10)
    parser.add_argument("--no-rivals", action="store_true")
    options = parser.parse_args()
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a user's shell does not set it
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base)
        wheels = make_wheels(folder)
        pool, pip, together = asyncio.run(with_pool(options.runs, wheels))
        jobs = with_server(options.runs)
        python = None if options.no_rivals else rivals_python(folder)
        print(f"{'milliseconds':24}{'first cell':>20}{'end':>20}   ratio to the pool")
        print(f"{'':24}{'p50':>10}{'p95':>10}{'p50':>10}{'p95':>10}   first cell / end")
        for kind, source in NOTEBOOKS.items():
            print(kind)
            print(pool[kind].row())
            print(jobs[kind].row(pool[kind]))
            if python is not None:
                cells = [source if kind == "no-op" else ENGINE + source]
                for name in RIVALS:
                    times = rival(python, name, cells, options.rival_runs, folder)
                    print(times.row(pool[kind]))
        print("%pip install of two local wheels, the cell alone")
        ours = Times("brickyard", [], pip)
        print(ours.row())
        if python is not None:
            install = f"%pip install -q --force-reinstall {' '.join(map(str, wheels))}"
            runs = max(3, options.rival_runs // 3)
            theirs = rival(python, "nbclient", ["pass", install], runs, folder)
            cells_only = [end - first for first, end in zip(theirs.first, theirs.end, strict=True)]
            print(Times("pip in a kernel", [], cells_only).row(ours))
        print(together)


if __name__ == "__main__":
    main()
