from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from brickyard.notebook import Cell
from brickyard.runtime.errors import MagicError
from brickyard.runtime.magics.shell import run_script, run_shell


def sh(source: str) -> None:
    run_shell(Cell(0, "sh", source))


def test_a_script_is_bashs_with_its_heredocs_and_never_waits_for_input(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD", "there")
    sh("%sh\n#!/bin/bash\ncat <<END\nhi $WORD\nEND\nread x || echo nobody\na=(1 2); echo ${a[1]}")

    assert capfd.readouterr().out == "hi there\nnobody\n2\n"


def test_a_failure_fails_the_cell_only_when_asked_to(capfd: pytest.CaptureFixture[str]) -> None:
    sh("%sh\nfalse; echo on; exit 3")

    out, err = capfd.readouterr()
    assert (out, err) == ("on\n", "%sh ended with exit status 3.\n")
    for source, says in [
        ("%sh -e\nfalse\necho never", "exit status 1"),
        ("%sh -e exit 3", "exit status 3"),
        ("%sh -eu\necho $UNSET_THING", "exit status 1"),
        ("%sh -e -x\nkill -9 $$", "signal 9"),
    ]:
        with pytest.raises(MagicError, match=says):
            sh(source)
    assert "never" not in capfd.readouterr().out


def test_a_script_may_be_long(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_script("# " + "x" * 300_000 + "\necho done") == 0
    assert capfd.readouterr().out == "done\n"


def test_output_comes_while_the_script_runs() -> None:
    code = (
        "from brickyard.runtime.magics.shell import run_script\n"
        "run_script('echo first; read -t 60 < <(sleep 60)')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None

    assert process.stdout.readline() == "first\n"
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_an_interrupt_ends_the_script() -> None:
    code = (
        "import os, signal, threading\n"
        "from brickyard.runtime.magics.shell import run_script\n"
        "threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "run_script('echo $$; exec sleep 60')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )

    assert "KeyboardInterrupt" in done.stderr
    time.sleep(0.05)
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), 0)
