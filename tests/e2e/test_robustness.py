"""What notebooks can do to their process and to the workspace, and must get away with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Workspace, commands
from tests.e2e.test_lifecycle import WAIT, alive, is_running, wait_for
from tests.e2e.test_notebooks import make_wheel


def shown(page: str, position: int = 0) -> str:
    """All results of a cell."""
    return json.dumps(commands(page)[position]["results"])


def children(pid: int) -> list[int]:
    """The direct children of a process."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def zygote(workspace: Workspace) -> int:
    """The process that forks runs off."""
    assert workspace.process is not None
    for child in children(workspace.process.pid):
        if b"brickyard.runtime.zygote" in Path(f"/proc/{child}/cmdline").read_bytes():
            return child
    raise AssertionError("There is no zygote.")


@pytest.mark.parametrize(
    "last", ["dbutils.notebook.exit('a\\ud800')", "raise ValueError('\\ud800')"]
)
def test_text_that_no_database_can_store_does_not_keep_a_run_from_ending(
    workspace: Workspace, last: str
) -> None:
    done = workspace.run("print('\\ud800')", last)

    assert done.state == "TERMINATED"
    assert "?" in (done.exit_value or done.error)


def test_an_exception_that_cannot_say_what_it_is_fails_the_run_all_the_same(
    workspace: Workspace,
) -> None:
    done = workspace.run(
        "class Odd(Exception):\n    def __str__(self): raise RuntimeError('no')\nraise Odd"
    )

    assert done.ended == ("TERMINATED", "FAILED")
    assert done.error.startswith("Odd")


def test_a_daemon_that_outlives_a_crash_does_not_keep_the_run_alive(
    workspace: Workspace, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    done = workspace.run(
        "import os, time\n"
        "pid = os.fork()\n"
        "if pid == 0:\n    os.setsid()\n    time.sleep(300)\n    os._exit(0)\n"
        f"open({str(pids)!r}, 'w').write(str(pid))\n"
        "time.sleep(0.2)\nos._exit(3)"
    )

    assert done.ended == ("TERMINATED", "FAILED")
    assert "ended with exit status 3" in done.error
    wait_for(lambda: not alive(int(pids.read_text())))


def test_a_notebooks_process_hands_no_descriptor_down(workspace: Workspace) -> None:
    done = workspace.run("import os\nos.system('ls -l /proc/self/fd')")

    listing = shown(done.page)
    assert "/dev/null" in listing
    assert "socket:" not in listing


@pytest.mark.parametrize(
    "end", ["os._exit(3)", "os.kill(os.getpid(), 9)", "os.kill(os.getpid(), 11)"]
)
def test_what_was_printed_just_before_a_crash_is_kept(workspace: Workspace, end: str) -> None:
    done = workspace.run(f"import os\nprint('first')\nprint('second')\n{end}")

    assert done.ended == ("TERMINATED", "FAILED")
    assert "first" in shown(done.page)
    assert "second" in shown(done.page)


def test_a_native_crash_says_where_it_was(workspace: Workspace) -> None:
    done = workspace.run(
        "import ctypes\ndef broken():\n    ctypes.string_at(0)", "print('here')\nbroken()"
    )

    assert "ended by signal 11" in done.error
    assert "Segmentation fault" in shown(done.page, 1)
    assert "in broken" in shown(done.page, 1)
    assert [c["state"] for c in commands(done.page)] == ["finished", "error"]


def test_two_runs_draw_different_random_numbers(workspace: Workspace) -> None:
    draw = (
        "import random, numpy as np\n"
        "dbutils.notebook.exit(f'{random.random()} {np.random.random()}')"
    )
    first, second = (str(workspace.run(draw).exit_value).split() for _ in range(2))

    assert first[0] != second[0]
    assert first[1] != second[1]


def test_a_secret_that_is_a_word_of_ours_hides_text_only(workspace: Workspace) -> None:
    client = workspace.sdk
    client.secrets.create_scope("words")
    for key in ("end", "event", "text/plain", "SUCCESS", "e"):
        client.secrets.put_secret("words", key.replace("/", "-"), string_value=key)

    done = workspace.run(
        "for key in dbutils.secrets.list('words'): dbutils.secrets.get('words', key.key)",
        "print('SUCCESS')",
        "display(__import__('pandas').DataFrame({'a': ['end']}))",
        "dbutils.notebook.exit('SUCCESS')",
    )

    assert done.ended == ("TERMINATED", "SUCCESS")
    assert done.exit_value == "[REDACTED]"
    assert '"data": "[REDACTED]\\n"' in shown(done.page, 1)
    assert '"data": [["[REDACTED]"]]' in shown(done.page, 2)


def test_a_widget_that_holds_a_secret_keeps_it_over_a_restart(workspace: Workspace) -> None:
    client = workspace.sdk
    client.secrets.create_scope("kept")
    client.secrets.put_secret("kept", "k", string_value="s3cr3t")

    done = workspace.run(
        "dbutils.widgets.text('w', dbutils.secrets.get('kept', 'k'))",
        "dbutils.library.restartPython()",
        "print(dbutils.widgets.get('w'))\ndbutils.notebook.exit(len(dbutils.widgets.get('w')))",
    )

    assert done.exit_value == "6", done.trace
    assert "s3cr3t" not in shown(done.page, 2)


def test_forked_workers_prints_are_recorded(workspace: Workspace) -> None:
    done = workspace.run(
        "import multiprocessing\n"
        "def work(): print('from a worker')\n"
        "p = multiprocessing.get_context('fork').Process(target=work)\np.start()\np.join()"
    )

    assert "from a worker" in shown(done.page)


def test_printing_bytes_fails_in_the_cell_that_does_it(workspace: Workspace) -> None:
    done = workspace.run("import sys\nsys.stdout.write(b'x')", "print('never')")

    assert done.error.startswith("TypeError: ")


def test_an_exit_value_is_kept_up_to_the_platforms_limit(workspace: Workspace) -> None:
    client = workspace.sdk
    run_id = workspace.start("dbutils.notebook.exit('x' * 70_000_000)")
    workspace.wait(run_id)
    output = client.jobs.get_run_output(run_id).notebook_output

    assert output is not None
    assert output.truncated
    assert output.result == "x" * 5 * 1024 * 1024


def test_a_huge_error_is_an_error_like_any_other(workspace: Workspace) -> None:
    done = workspace.run("raise ValueError('x' * 70_000_000)")

    assert done.error.startswith("ValueError: xxx")
    assert len(done.error) < 100_000


def test_an_error_is_shown_after_the_output_has_been_used_up(workspace: Workspace) -> None:
    done = workspace.run("print('x' * 31 * 1024 * 1024)\n1/0")

    assert "the limit of a cell, is not kept" in shown(done.page)
    assert "ZeroDivisionError" in shown(done.page)


def test_notebooks_do_not_import_from_where_the_server_was_started(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("raise ImportError('not for notebooks')\n")
    (tmp_path / "mine.py").write_text("")
    home = tmp_path / "home"
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        workspace = Workspace(home)
        workspace.python = [sys.executable, "-P"]
        workspace.up()
    finally:
        os.chdir(before)
    try:
        done = workspace.run("import numpy", "import mine")
    finally:
        workspace.down()

    assert done.error == "ModuleNotFoundError: No module named 'mine'"


def test_a_restart_finds_the_runs_own_copy_of_what_the_runtime_itself_uses(
    workspace: Workspace, tmp_path: Path
) -> None:
    wheel = make_wheel(tmp_path, "99.0", name="zstandard")
    with wheel.open("rb") as content:
        workspace.sdk.dbfs.upload(f"/wheels/{wheel.name}", content, overwrite=True)

    done = workspace.run(
        f"%pip install --no-deps dbfs:/wheels/{wheel.name}",
        "dbutils.library.restartPython()",
        "import gc, pandas, zstandard\n"
        "dbutils.notebook.exit(f'{zstandard.VERSION} {gc.isenabled()}')",
    )

    assert done.exit_value == "99.0 True", done.trace


def test_a_runs_libraries_are_removed_when_it_ends(workspace: Workspace, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "3.0")
    with wheel.open("rb") as content:
        workspace.sdk.dbfs.upload(f"/wheels/{wheel.name}", content, overwrite=True)

    done = workspace.run(f"%pip install /dbfs/wheels/{wheel.name}", "import greeting")

    assert done.ended == ("TERMINATED", "SUCCESS"), done.trace
    wait_for(lambda: not list((workspace.home / "runs").glob("*/libraries")))


def test_runs_go_on_when_the_waiting_process_is_killed(own_workspace: Workspace) -> None:
    imported = "import sys; dbutils.notebook.exit('mlflow.lightgbm' in sys.modules)"
    wait_for(lambda: own_workspace.run(imported).exit_value == "True")
    for child in children(zygote(own_workspace)):
        os.kill(child, signal.SIGKILL)

    assert own_workspace.run("1").result == "SUCCESS"


def test_a_killed_zygote_is_replaced_and_waiting_runs_are_not_lost(
    own_workspace: Workspace,
) -> None:
    assert own_workspace.run("1").result == "SUCCESS"
    doomed = own_workspace.start(
        "import subprocess\nsubprocess.Popen(['sleep', '20'], start_new_session=True)\n" + WAIT
    )
    own_workspace.wait(doomed, is_running)
    own_workspace.wait_for_cell(doomed)
    os.kill(zygote(own_workspace), signal.SIGKILL)
    waiting = [own_workspace.start("print(1)") for _ in range(3)]

    ended = [own_workspace.result(own_workspace.wait(run_id)).ended for run_id in waiting]
    assert ended == [("TERMINATED", "SUCCESS")] * 3
    lost = own_workspace.result(own_workspace.wait(doomed))
    assert lost.ended == ("TERMINATED", "FAILED")


def test_twenty_runs_at_once_all_succeed(workspace: Workspace) -> None:
    runs = [workspace.start(f"dbutils.notebook.exit({n})", path=f"/Shared/n{n}") for n in range(20)]

    values = [workspace.result(workspace.wait(run_id)).exit_value for run_id in runs]
    assert values == [str(n) for n in range(20)]


def test_interrupting_the_servers_terminal_stops_it_cleanly(tmp_path: Path) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "brickyard", "up", "--home", str(tmp_path / "home"), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=(tmp_path / "log").open("w"),
        text=True,
        start_new_session=True,
    )
    assert server.stdout is not None
    assert server.stdout.readline().startswith("http://")
    wait_for(lambda: bool(children(server.pid)))
    started = children(server.pid)

    os.killpg(server.pid, signal.SIGINT)

    assert server.wait(20) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()
    wait_for(lambda: not any(alive(pid) for pid in started))


def test_cancelling_queued_runs_leaves_running_ones_alone(workspace: Workspace) -> None:
    run_id = workspace.start(WAIT)
    workspace.wait(run_id, is_running)

    workspace.sdk.jobs.cancel_all_runs(all_queued_runs=True)
    state = workspace.sdk.jobs.get_run(run_id).state
    workspace.sdk.jobs.cancel_run(run_id)

    assert workspace.result(workspace.wait(run_id)).ended == ("TERMINATED", "CANCELED")
    assert state is not None
    assert state.life_cycle_state is not None
    assert state.life_cycle_state.value == "RUNNING"
