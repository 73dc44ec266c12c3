"""Where the demo's time and memory go: install, start, ci, deploy, train, score.

    python benchmarks/demo.py                 # with this Python's environment
    python benchmarks/demo.py --install       # in a copy of the repository with an environment anew

The demo runs in an empty home folder. Memory is the process tree's proportional set size (PSS),
sampled: pages that forked processes share count once.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # its stubs are not among the dev tools
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
SAMPLE_S = 0.5
MIB = 2**20


class Memory:
    """Samples the memory of a process and all below it until stopped."""

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._process = psutil.Process(pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """End sampling.

        Returns:
            The peak in bytes.
        """
        self._stop.set()
        self._thread.join()
        return self.peak

    def _sample(self) -> None:
        while not self._stop.wait(SAMPLE_S):
            try:
                tree = [self._process, *self._process.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            self.peak = max(self.peak, sum(map(_bytes, tree)))


def _bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0  # ended between listing and looking, or not ours


def install(into: Path) -> tuple[Path, float]:
    """Install a copy of the repository from nothing.

    Returns:
        Its Python, and the seconds that took.
    """
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, into / name)
    began = time.monotonic()
    subprocess.run(["make", "install-dev"], cwd=into, check=True)
    return into / ".venv" / "bin" / "python", time.monotonic() - began


def measure(python: Path, root: Path, scratch: Path) -> dict[str, Any]:
    """Run the demo once in an empty home.

    Returns:
        Its timings in seconds, and ``peak_mib``.
    """
    timings = scratch / "timings.json"
    command = [str(python), "-m", "brickyard", "demo", "--timings", str(timings)]
    command += ["--project", str(root / "examples/flight_delays"), "--home", str(scratch / "home")]
    demo = subprocess.Popen(command, cwd=root)
    memory = Memory(demo.pid)
    code = demo.wait()
    peak = memory.stop()
    if code:
        raise SystemExit(f"The demo failed with exit code {code}.")
    return {**json.loads(timings.read_text()), "peak_mib": round(peak / MIB)}


def show(found: dict[str, Any]) -> None:
    """Print a table on stderr and the figures as JSON on stdout."""
    table = Table("Phase", "Seconds", title="The demo")
    phases = ("install", "start", "seed", "ci", "deploy", "train", "score", "total")
    for phase in phases:
        if phase in found:
            table.add_row(phase, f"{found[phase]:.2f}")
    for stage, seconds in found["stages"].items():
        table.add_row(f"  {stage}", f"{seconds:.2f}", style="dim")
    table.add_row("peak memory", f"{found['peak_mib']} MiB")
    Console(stderr=True).print(table)
    print(json.dumps(found, indent=2))


def main() -> None:
    """Measure as the arguments say."""
    parser = argparse.ArgumentParser(description="Measure the demo.")
    parser.add_argument("--install", action="store_true", help="measure an installation too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="brickyard-bench-") as folder:
        scratch = Path(folder)
        python, root, installed = Path(sys.executable), ROOT, None
        if arguments.install:
            root = scratch / "clone"
            root.mkdir()
            python, installed = install(root)
        found = measure(python, root, scratch)
        if installed is not None:
            found["install"] = round(installed, 3)
        show(found)


if __name__ == "__main__":
    main()
