"""Processes of runs: how they are stopped, what they leave, and what ends them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from databricks.sdk.service.jobs import NotebookTask, Task

from tests.e2e.conftest import Result, Workspace, commands
from tests.e2e.test_lifecycle import WAIT, alive, wait_for
from tests.e2e.test_robustness import shown, zygote

# Three ways to get away from a process group, each writing its process id to the file.
ESCAPES = {
    "setsid": "import subprocess, sys\n"
    "p = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
    "open({file!r}, 'w').write(str(p.pid))",
    "nohup": "import os, time\n"
    "command = \"nohup setsid sh -c 'echo $$ > {file}; exec sleep 600' > /dev/null 2>&1 &\"\n"
    "os.system(command)\n"
    "while not (os.path.exists({file!r}) and open({file!r}).read()): time.sleep(0.01)",
    "double fork without its environment": "import os, time\n"
    "if os.fork() == 0:\n"
    "    os.setsid()\n"
    "    if os.fork() == 0:\n"
    "        open({file!r}, 'w').write(str(os.getpid()))\n"
    "        os.execve('/bin/sleep', ['sleep', '600'], {{}})\n"
    "    os._exit(0)\n"
    "os.wait()\n"
    "while not (os.path.exists({file!r}) and open({file!r}).read()): time.sleep(0.01)",
}

POOL = (
    "import multiprocessing, time\n"
    "with multiprocessing.get_context('fork').Pool(2) as pool:\n"
    "    {begun}\n    pool.map(time.sleep, [600] * 2)"
)


def cancelled(workspace: Workspace, *cells: str, begun: Path | None = None) -> Result:
    """A run that is cancelled in its first cell, or when a file is there."""
    run_id = workspace.start(*cells)
    if begun is None:
        workspace.wait_for_cell(run_id)
    else:
        wait_for(begun.exists)
    workspace.sdk.jobs.cancel_run(run_id)
    return workspace.result(workspace.wait(run_id))


@pytest.mark.parametrize(
    "cell",
    [
        "import time\n{begun}\ntime.sleep(600)",
        "import subprocess\n{begun}\nsubprocess.run(['sleep', '600'])",
        "import threading\n{begun}\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
        "{begun}\nspark.range(10**13).selectExpr('sum(id * id % 7)').collect()",
        POOL,
        "import asyncio\n{begun}\nawait asyncio.sleep(600)",
    ],
    ids=["sleep", "subprocess", "lock", "spark", "pool", "await"],
)
def test_whatever_a_cell_waits_for_a_cancel_ends_it(
    workspace: Workspace, tmp_path: Path, cell: str
) -> None:
    flag = tmp_path / "begun"
    done = cancelled(
        workspace, cell.format(begun=f"open({str(flag)!r}, 'w').close()"), "1", begun=flag
    )

    assert done.ended == ("TERMINATED", "CANCELED")
    assert done.message == "Run cancelled."
    assert [c["state"] for c in commands(done.page)][1] == "skipped"


def test_native_code_that_never_returns_is_killed_after_the_grace(
    workspace: Workspace, tmp_path: Path
) -> None:
    flag = tmp_path / "begun"
    done = cancelled(
        workspace,
        "import re\nfrom pathlib import Path\n"
        f"Path({str(flag)!r}).touch()\nre.match('(a*)*b', 'a' * 100)",
        begun=flag,
    )

    assert done.ended == ("TERMINATED", "CANCELED")


def test_an_installation_is_cancelled_with_all_that_it_started(
    workspace: Workspace, tmp_path: Path
) -> None:
    project, pid = tmp_path / "project", tmp_path / "pid"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "slow"\nbackend-path = ["."]\n'
        '[project]\nname = "slow"\nversion = "1"\n'
    )
    (project / "slow.py").write_text(
        f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n"
    )
    done = cancelled(workspace, f"%pip install {project}", begun=pid)

    assert done.ended == ("TERMINATED", "CANCELED")
    wait_for(lambda: not alive(int(pid.read_text())))


def test_no_cell_begins_after_one_that_swallowed_the_cancel(
    workspace: Workspace, tmp_path: Path
) -> None:
    begun, flag = tmp_path / "begun", tmp_path / "went on"
    done = cancelled(
        workspace,
        f"import time\ntry:\n    open({str(begun)!r}, 'w').close()\n    time.sleep(600)\n"
        "except KeyboardInterrupt:\n    print('never mind')",
        f"open({str(flag)!r}, 'w').close()",
        begun=begun,
    )

    assert done.ended == ("TERMINATED", "CANCELED")
    assert "never mind" in shown(done.page)
    assert not flag.exists()


def test_a_notebook_may_interrupt_itself_and_go_on(workspace: Workspace) -> None:
    done = workspace.run(
        "import os, signal\n"
        "try:\n    os.kill(os.getpid(), signal.SIGINT)\n    signal.pause()\n"
        "except KeyboardInterrupt:\n    pass",
        "dbutils.notebook.exit('went on')",
    )

    assert done.exit_value == "went on"


def test_a_run_that_has_no_process_yet_is_cancelled_at_once(own_workspace: Workspace) -> None:
    run_id = own_workspace.start(WAIT)  # the zygote is still importing
    own_workspace.sdk.jobs.cancel_run(run_id)

    done = own_workspace.result(own_workspace.wait(run_id))
    assert done.ended == ("TERMINATED", "CANCELED")
    assert own_workspace.run("dbutils.notebook.exit(1)").exit_value == "1"


def test_a_cancel_between_two_processes_of_a_run_ends_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    restart = f"open({str(begun)!r}, 'w').close()\ndbutils.library.restartPython()"
    done = cancelled(workspace, *[restart] * 200, begun=begun)

    assert done.ended == ("TERMINATED", "CANCELED")
    # A cell that was under way shows the interrupt; a process that was starting must not.
    assert "<frozen runpy>" not in shown(done.page)


def test_a_jobs_own_timeout_ends_its_tasks(workspace: Workspace) -> None:
    workspace.put_notebook("/Shared/slow", WAIT)
    client = workspace.sdk
    task = Task(task_key="slow", notebook_task=NotebookTask(notebook_path="/Shared/slow"))
    job_id = client.jobs.create(name="slow", tasks=[task], timeout_seconds=1).job_id or 0
    run = workspace.wait(client.jobs.run_now(job_id).run_id)

    ends = [run.state, *[task.state for task in run.tasks or []]]
    assert [end and end.result_state and end.result_state.value for end in ends] == ["TIMEDOUT"] * 2


@pytest.mark.parametrize("escape", ESCAPES)
def test_nobody_outlives_a_run(workspace: Workspace, tmp_path: Path, escape: str) -> None:
    file = tmp_path / "pid"
    done = workspace.run(ESCAPES[escape].format(file=str(file)))

    assert done.ended == ("TERMINATED", "SUCCESS"), done.trace
    wait_for(lambda: not alive(int(file.read_text())))


@pytest.mark.parametrize("escape", ESCAPES)
def test_nobody_outlives_a_killed_server(
    own_workspace: Workspace, tmp_path: Path, escape: str
) -> None:
    file = tmp_path / "pid"
    run_id = own_workspace.start(ESCAPES[escape].format(file=str(file)), WAIT)
    own_workspace.wait_for_cell(run_id, 1)
    started = int(file.read_text())
    forked = zygote(own_workspace)
    assert alive(started)

    own_workspace.kill()

    wait_for(lambda: not alive(started) and not alive(forked))


def test_nobody_outlives_a_killed_zygote_and_the_run_says_why_it_ended(
    own_workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "pid"
    run_id = own_workspace.start(ESCAPES["setsid"].format(file=str(file)), WAIT)
    own_workspace.wait_for_cell(run_id, 1)

    os.kill(zygote(own_workspace), signal.SIGKILL)
    done = own_workspace.result(own_workspace.wait(run_id))

    assert done.ended == ("TERMINATED", "FAILED")
    assert "ended with its parent" in done.error
    wait_for(lambda: not alive(int(file.read_text())))
    assert own_workspace.run("dbutils.notebook.exit(1)").exit_value == "1"


def test_a_stopped_server_leaves_nobody(own_workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    run_id = own_workspace.start(ESCAPES["setsid"].format(file=str(file)), WAIT)
    own_workspace.wait_for_cell(run_id, 1)

    assert own_workspace.down() == 0
    assert not alive(int(file.read_text()))


def test_a_run_holds_nothing_of_the_servers(workspace: Workspace) -> None:
    done = workspace.run(
        "import os\nfound = {os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd')"
        " if os.path.exists(f'/proc/self/fd/{n}')}\ndbutils.notebook.exit('\\n'.join(found))"
    )

    assert workspace.process is not None
    descriptors = Path(f"/proc/{workspace.process.pid}/fd")
    servers = {str((descriptors / number).readlink()) for number in "12"}  # a pipe and a file
    assert not servers & set((done.exit_value or "").splitlines())


def test_the_kernel_would_end_a_run_before_the_workspace(workspace: Workspace) -> None:
    done = workspace.run("dbutils.notebook.exit(open('/proc/self/oom_score_adj').read())")

    assert int(done.exit_value or "0") > 0


HOG = "blocks = []\nfor _ in range(40): blocks.append(bytearray(b'x' * (32 << 20)))"
IN_A_CHILD = (
    "import subprocess, sys\n"
    f"code = {HOG!r} + chr(10) + 'import time; time.sleep(60)'\n"
    "subprocess.run([sys.executable, '-c', code], start_new_session=True)"
)


@pytest.mark.parametrize("cell", [HOG, IN_A_CHILD], ids=["itself", "a child"])
def test_a_run_that_goes_over_its_clusters_memory_is_ended_and_told_so(
    workspace: Workspace, cell: str
) -> None:
    cluster = workspace.sdk.clusters.create(
        spark_version="15.4.x-scala2.12",
        node_type_id="Standard_DS3_v2",
        num_workers=0,
        spark_env_vars={"BRICKYARD_RUN_MEMORY": "600m", "MINE": "seen"},
    ).cluster_id

    small = workspace.run(
        "import os\ndbutils.notebook.exit(os.environ['MINE'])", existing_cluster_id=cluster
    )
    done = workspace.run(f"print('before')\n{cell}", existing_cluster_id=cluster)
    status = workspace.sdk.jobs.list_runs(limit=1).__next__().status

    assert small.exit_value == "seen", small.error
    assert done.ended == ("TERMINATED", "FAILED")
    assert "the limit of a run is 600 MB" in done.error
    assert "BRICKYARD_RUN_MEMORY" in done.error
    assert "before" in shown(done.page)
    assert status is not None
    assert status.termination_details is not None
    assert "600 MB" in (status.termination_details.message or "")


def test_a_limit_that_is_no_size_is_refused_with_the_cluster(workspace: Workspace) -> None:
    with pytest.raises(Exception, match="'plenty' is no size of memory"):
        workspace.sdk.clusters.create(
            spark_version="15.4.x-scala2.12",
            node_type_id="Standard_DS3_v2",
            num_workers=0,
            spark_env_vars={"BRICKYARD_RUN_MEMORY": "plenty"},
        )


OVERFLOW = (
    "import sys\nsys.setrecursionlimit(10**7)\nclass A:\n"
    "    def __repr__(self): return repr(self)\nrepr(A())"
)


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("import os\nos.kill(os.getpid(), 9)", "ended by signal 9 (SIGKILL, exit code 137)"),
        ("import os\nos.abort()", "ended by signal 6 (SIGABRT, exit code 134)"),
        ("quit()", "SystemExit"),
        ("exit(4)", "SystemExit: 4"),
        ("import sys\nsys.exit()", "SystemExit"),
        ("def deep(): deep()\ndeep()", "RecursionError"),
        # The C stack, which Python cannot guard here.
        (
            OVERFLOW,
            "ended by signal 11",
        ),
        ("import signal\nsignal.alarm(1)\nimport time\ntime.sleep(60)", "ended by signal 14"),
    ],
)
def test_each_end_of_a_process_is_said_and_the_next_run_works(
    workspace: Workspace, cell: str, error: str
) -> None:
    done = workspace.run(cell)

    assert done.ended == ("TERMINATED", "FAILED")
    assert error in done.error
    assert workspace.run("1").result == "SUCCESS"


def test_who_killed_a_run_is_not_guessed(workspace: Workspace) -> None:
    done = workspace.run("import os\nos.kill(os.getpid(), 9)")

    assert "Somebody killed it" in done.error
    assert "OOM" not in done.error


def test_a_fork_that_comes_to_the_end_of_its_cell_is_not_the_notebook(
    workspace: Workspace,
) -> None:
    done = workspace.run(
        "import os\nchild = os.fork() == 0\nif not child: os.wait()",
        "print('cell two,', 'child' if child else 'parent')",
        "import os\nif os.fork() == 0: raise ValueError('in the fork')\nos.wait()",
    )

    assert done.ended == ("TERMINATED", "SUCCESS"), done.error
    assert shown(done.page, 1).count("cell two") == 1
    assert "ValueError: in the fork" in shown(done.page, 2)


PARALLEL = {
    "fork": "import multiprocessing as m\n"
    "def double(n): return n * 2\n"
    "with m.get_context('fork').Pool(2) as pool: found = pool.map(double, [1, 2])",
    "spawn": "import math, multiprocessing as m\n"
    "with m.get_context('spawn').Pool(2) as pool:\n"
    "    found = [int(x) for x in pool.map(math.exp2, [1, 2])]",
    "forkserver": "import math, multiprocessing as m\n"
    "with m.get_context('forkserver').Pool(2) as pool:\n"
    "    found = [int(x) for x in pool.map(math.exp2, [1, 2])]",
    "executor": "from concurrent.futures import ProcessPoolExecutor as Pool\n"
    "def double(n): return n * 2\n"
    "with Pool(2) as pool: found = list(pool.map(double, [1, 2]))",
    "joblib": "from joblib import Parallel, delayed\n"
    "def double(n): return n * 2\n"
    "found = Parallel(2)(delayed(double)(n) for n in [1, 2])",
    "thread": "from concurrent.futures import ThreadPoolExecutor as Pool\n"
    "with Pool(2) as pool: found = list(pool.map(lambda n: n * 2, [1, 2]))",
}


@pytest.mark.parametrize("kind", PARALLEL)
def test_a_notebook_may_compute_in_parallel(workspace: Workspace, kind: str) -> None:
    done = workspace.run(PARALLEL[kind], "dbutils.notebook.exit(str(found))")

    assert done.exit_value == "[2, 4]", done.trace


def test_a_worker_that_dies_is_an_error_of_the_cell(workspace: Workspace) -> None:
    done = workspace.run(
        "import os\nfrom concurrent.futures import ProcessPoolExecutor\n"
        "with ProcessPoolExecutor(1) as pool: pool.submit(os._exit, 1).result()"
    )

    assert done.error.startswith("BrokenProcessPool")


def test_threads_and_exit_handlers_do_not_keep_a_run_from_ending(
    workspace: Workspace, tmp_path: Path
) -> None:
    # As on the platform, where handlers are not called either.
    flag = tmp_path / "called"
    done = workspace.run(
        "import atexit, threading, time\n"
        f"atexit.register(lambda: open({str(flag)!r}, 'w').close())\n"
        "threading.Thread(target=time.sleep, args=[600]).start()",
        "print('last')",
    )

    assert done.ended == ("TERMINATED", "SUCCESS")
    assert not flag.exists()


def test_handlers_of_signals_that_a_notebook_sets_are_called(workspace: Workspace) -> None:
    done = workspace.run(
        "import os, signal\ncaught = []\n"
        "for n in (signal.SIGTERM, signal.SIGUSR1, signal.SIGALRM):\n"
        "    signal.signal(n, lambda n, _: caught.append(signal.Signals(n).name))\n"
        "    os.kill(os.getpid(), n)",
        "dbutils.notebook.exit(' '.join(caught))",
    )

    assert done.exit_value == "SIGTERM SIGUSR1 SIGALRM", done.trace


def test_two_hundred_runs_at_once_all_end_well(workspace: Workspace) -> None:
    workspace.put_notebook("/Shared/many", "dbutils.notebook.exit('done')")
    client = workspace.sdk
    task = Task(task_key="t", notebook_task=NotebookTask(notebook_path="/Shared/many"))
    job_id = client.jobs.create(name="many", tasks=[task], max_concurrent_runs=1000).job_id or 0
    runs = [client.jobs.run_now(job_id).run_id for _ in range(200)]

    ends = [workspace.wait(run_id, seconds=120).state for run_id in runs]
    assert {end and end.result_state and end.result_state.value for end in ends} == {"SUCCESS"}
    assert workspace.process is not None
    descriptors = Path(f"/proc/{workspace.process.pid}/fd")
    wait_for(lambda: len(list(descriptors.iterdir())) < 100)
