"""Each test runs a fresh process: a namespace is for one with a single thread, and for good."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

_ROOTS = """
import json, os, subprocess, sys
from pathlib import Path
from brickyard.runtime.paths import Roots, enter_namespace, install_fallback, probe_namespace
base = Path(sys.argv[1])
roots = Roots(base / "dbfs", base / "files", base / "volumes", base / "storage", base / "tmp")
"""


def run_script(body: str, base: Path, cwd: Path | None = None) -> Any:
    """Run Python code in a new process; what it prints last is JSON."""
    done = subprocess.run(
        [sys.executable, "-c", _ROOTS + textwrap.dedent(body), str(base)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def allowed(tmp_path: Path) -> None:
    if run_script("print(json.dumps(probe_namespace(roots)))", tmp_path) is not None:
        pytest.skip("The kernel does not let this user make a mount namespace.")


@pytest.mark.usefixtures("allowed")
def test_python_and_its_children_see_the_folders(tmp_path: Path) -> None:
    (tmp_path / "volumes/main/ml/v").mkdir(parents=True)
    (tmp_path / "volumes/main/ml/v/in.txt").write_text("from a volume")
    seen = run_script(
        """
        result = enter_namespace(roots)
        Path("/dbfs/sub").mkdir()
        Path("/dbfs/sub/out.txt").write_text("written")
        Path("/Workspace/helper_module.py").write_text("VALUE = 41")
        sys.path.insert(0, "/Workspace")
        import helper_module
        shell = subprocess.run("cat /Volumes/main/ml/v/in.txt", shell=True, capture_output=True)
        print(json.dumps([result.entered, helper_module.VALUE, shell.stdout.decode()]))
        """,
        tmp_path,
    )
    assert seen == [True, 41, "from a volume"]
    assert (tmp_path / "dbfs/sub/out.txt").read_text() == "written"
    assert not Path("/dbfs/sub/out.txt").exists()


@pytest.mark.usefixtures("allowed")
def test_the_rest_of_the_machine_stays(tmp_path: Path) -> None:
    seen = run_script(
        """
        before = {name: sorted(os.listdir(name)) for name in ("/", "/etc", "/sys")}
        os.environ["HOME"] = str(base)
        enter_namespace(roots)
        after = {name: sorted(os.listdir(name)) for name in ("/", "/etc", "/sys")}
        Path(base / "beside.txt").write_text("x")
        Path("/dev/null").write_text("x")
        shown = {name.split("/")[1] for name in roots.shown}
        before["/"] = sorted({*before["/"], *shown})
        print(json.dumps({
            "same": before == after,
            "cwd": os.getcwd(),
            "pid": Path("/proc/self").resolve().name == str(os.getpid()),
            "links": os.path.islink("/bin") == os.path.islink("/usr/../bin"),
            "uid": os.getuid(),
        }))
        """,
        tmp_path,
        cwd=tmp_path,
    )
    assert seen == {
        "same": True,
        "cwd": str(tmp_path),
        "pid": True,
        "links": True,
        "uid": os.getuid(),
    }
    assert (tmp_path / "beside.txt").read_text() == "x"


@pytest.mark.usefixtures("allowed")
def test_tools_work_within(tmp_path: Path) -> None:
    seen = run_script(
        """
        enter_namespace(roots)
        venv = subprocess.run([sys.executable, "-m", "venv", "--without-pip", "/dbfs/venv"])
        command = ["/dbfs/venv/bin/python", "-c", "print(6 * 7)"]
        python = subprocess.run(command, capture_output=True)
        git = subprocess.run(["git", "init", "-q", "/Workspace/repo"])
        print(json.dumps([venv.returncode, python.stdout.decode().strip(), git.returncode]))
        """,
        tmp_path,
    )
    assert seen == [0, "42", 0]
    assert (tmp_path / "files/repo/.git").is_dir()


@pytest.mark.usefixtures("allowed")
def test_each_process_has_folders_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    body = """
        enter_namespace(roots)
        Path("/dbfs/mark").write_text(str(base))
        print(json.dumps(os.listdir("/dbfs")))
        """
    assert run_script(body, tmp_path / "one") == ["mark"]
    assert run_script(body, tmp_path / "two") == ["mark"]
    assert (tmp_path / "one/dbfs/mark").read_text() == str(tmp_path / "one")


@pytest.mark.usefixtures("allowed")
def test_a_proven_process_hands_its_proof_to_forks(tmp_path: Path) -> None:
    seen = run_script(
        """
        probe_namespace(roots)
        calls = []
        real = os.fork
        pid = real()
        if pid == 0:
            os.fork = lambda: calls.append(1) or real()
            result = enter_namespace(roots)
            ok = result.entered and not calls and os.path.isdir("/dbfs")
            os._exit(0 if ok else 1)
        print(json.dumps(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))
        """,
        tmp_path,
    )
    assert seen == 0


def test_a_process_with_threads_is_left_alone(tmp_path: Path) -> None:
    seen = run_script(
        """
        import threading
        stop = threading.Event()
        thread = threading.Thread(target=stop.wait)
        thread.start()
        mounts = Path("/proc/self/mounts").read_text()
        result = enter_namespace(roots)
        same = Path("/proc/self/mounts").read_text() == mounts
        stop.set()
        print(json.dumps([result.entered, result.reason, same]))
        """,
        tmp_path,
    )
    assert seen == [False, "The process has 2 threads; only a process with one can enter.", True]


def test_a_refusal_leaves_the_process_as_it_was(tmp_path: Path) -> None:
    """The system call answers EPERM, as under a container's seccomp profile."""
    seen = run_script(
        """
        from brickyard.runtime.paths import namespace
        class Libc:
            def unshare(self, flags):
                import ctypes
                ctypes.set_errno(1)
                return -1
        namespace._libc = Libc
        cwd, mounts = os.getcwd(), Path("/proc/self/mounts").read_text()
        result = enter_namespace(roots)
        print(json.dumps([result.entered, "unshare" in result.reason, os.getcwd() == cwd,
                          Path("/proc/self/mounts").read_text() == mounts]))
        """,
        tmp_path,
    )
    assert seen == [False, True, True, True]


def test_a_process_with_threads_may_probe_for_its_forks(tmp_path: Path) -> None:
    seen = run_script(
        """
        import threading
        alone = probe_namespace(roots)
        stop = threading.Event()
        thread = threading.Thread(target=stop.wait)
        thread.start()
        together = probe_namespace()
        stop.set()
        print(json.dumps([alone, together]))
        """,
        tmp_path,
    )
    assert seen[0] == seen[1]
