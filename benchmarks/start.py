"""How soon the workspace answers, and how long a job that does nothing takes; beside a rival.

    .venv/bin/python benchmarks/start.py [--runs 30] [--rival minilake]

Both servers are fresh processes driven by the same official client in this process, one after the
other: (1) from the start of the process to the first answer to an authenticated call; (2) from
``run-now`` to TERMINATED of a job with a no-op notebook, polled every 20 ms, the median. The rival
runs the file as a bare script, without notebook behaviour. It is installed into a temporary
environment with uv.
"""

from __future__ import annotations

import argparse
import base64
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.service.jobs import NotebookTask, Task
from databricks.sdk.service.workspace import ImportFormat, Language

NOTEBOOK = b"# Databricks notebook source\npass\n"
TOKEN = "benchmark-token"
POLL_SECONDS = 0.02
ENDED = ("TERMINATED", "INTERNAL_ERROR", "SKIPPED")


@dataclass
class Figures:
    """What was measured, in seconds."""

    name: str
    first_answer: float
    noop: float


@contextmanager
def serving(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    """Run a server for the length of the block."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=log, stderr=log
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def first_answer(url: str, began: float) -> float:
    """Seconds until an authenticated call is answered with success."""
    request = urllib.request.Request(
        f"{url}/api/2.1/clusters/list", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    while True:
        try:
            with urllib.request.urlopen(request, timeout=5):
                return time.perf_counter() - began
        except (urllib.error.URLError, OSError):
            if time.perf_counter() - began > 60:
                raise
            time.sleep(0.005)


def noop_job(client: WorkspaceClient, runs: int) -> float:
    """The median of many runs, after three that warm up."""
    client.workspace.mkdirs("/Shared")
    client.workspace.import_(
        "/Shared/noop",
        content=base64.b64encode(NOTEBOOK).decode(),
        format=ImportFormat.SOURCE,
        language=Language.PYTHON,
        overwrite=True,
    )
    task = Task(task_key="main", notebook_task=NotebookTask(notebook_path="/Shared/noop"))
    job_id = client.jobs.create(name="noop", tasks=[task]).job_id or 0
    taken = []
    for _ in range(runs + 3):
        began = time.perf_counter()
        run_id = client.jobs.run_now(job_id).run_id
        while True:
            state = client.jobs.get_run(run_id).state
            if state and state.life_cycle_state and state.life_cycle_state.value in ENDED:
                break
            if time.perf_counter() - began > 60:
                raise SystemExit(f"A no-op run has not ended after a minute: {state}")
            time.sleep(POLL_SECONDS)
        taken.append(time.perf_counter() - began)
        if state.result_state is None or state.result_state.value != "SUCCESS":
            raise SystemExit(f"The no-op run failed: {state}")
        time.sleep(0.1)
    return statistics.median(taken[3:])


def measure(
    name: str, command: list[str], environment: dict[str, str], port: int, runs: int
) -> Figures:
    """Start a server and measure it."""
    url = f"http://127.0.0.1:{port}"
    began = time.perf_counter()
    with serving(command, environment):
        answered = first_answer(url, began)
        time.sleep(8)  # whatever a server still prepares in the background
        config = Config(host=url, token=TOKEN, auth_type="pat", config_file=os.devnull)
        return Figures(name, answered, noop_job(WorkspaceClient(config=config), runs))


def brickyard(folder: Path, runs: int) -> Figures:
    """Measure this project's workspace."""
    port = free_port()
    command = [sys.executable, "-m", "brickyard", "up", "--home", str(folder / "home")]
    command += ["--port", str(port), "--token", TOKEN]
    return measure("brickyard", command, {}, port, runs)


def minilake(folder: Path, runs: int) -> Figures:
    """Install and measure minilake."""
    environment = folder / "rival"
    subprocess.run(["uv", "venv", "-q", str(environment)], check=True)
    python = environment / "bin" / "python"
    subprocess.run(
        ["uv", "pip", "install", "-q", "--python", str(python), "minilake==1.9.0"], check=True
    )
    subprocess.run([str(python), "-m", "compileall", "-q", str(environment)], check=False)
    port = free_port()
    command = [str(environment / "bin" / "minilake"), "--port", str(port)]
    # Without Docker, which it would use for Spark, it runs a task's file as a bare process.
    settings = {"MINILAKE_DATA_DIR": str(folder / "data"), "MINILAKE_JOB_EXECUTOR": "subprocess"}
    return measure("minilake", command, settings, port, runs)


def main() -> None:
    """Measure, and print seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--rival", choices=("minilake", "none"), default="minilake")
    options = parser.parse_args()
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = [brickyard(folder, options.runs)]
        if options.rival == "minilake":
            found.append(minilake(folder, options.runs))
    ours = found[0]
    print(f"{'':12}{'first answer':>16}{'no-op job':>16}")
    for figures in found:
        print(f"{figures.name:12}{figures.first_answer:>14.2f} s{figures.noop * 1000:>13.0f} ms")
    for figures in found[1:]:
        print(
            f"{figures.name} takes {figures.first_answer / ours.first_answer:.1f} times as long "
            f"to answer and {figures.noop / ours.noop:.1f} times as long for a no-op job."
        )


if __name__ == "__main__":
    main()
