"""Cancelling, timing out, and the server's sudden death at each step of a run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from databricks.sdk.service.compute import State
from databricks.sdk.service.jobs import NotebookTask, Run, RunLifeCycleState, Task

from tests.e2e.conftest import Workspace

WAIT = "import time\nwhile True: time.sleep(0.05)"


def is_running(run: Run) -> bool:
    assert run.state is not None
    return run.state.life_cycle_state == RunLifeCycleState.RUNNING


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come so far"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_cancel_interrupts_the_notebook_which_may_clean_up(
    workspace: Workspace, tmp_path: Path
) -> None:
    begun, flag = tmp_path / "begun", tmp_path / "cleaned"
    run_id = workspace.start(
        f"import time\ntry:\n    open({str(begun)!r}, 'w')\n"
        f"    while True: time.sleep(0.05)\nfinally:\n    open({str(flag)!r}, 'w')"
    )
    wait_for(begun.exists)

    workspace.sdk.jobs.cancel_run(run_id)
    done = workspace.result(workspace.wait(run_id))

    assert done.ended == ("TERMINATED", "CANCELED")
    assert flag.exists()


def test_a_notebook_that_ignores_the_interrupt_is_killed_with_its_children(
    workspace: Workspace, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    run_id = workspace.start(
        "import os, signal, subprocess\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n" + WAIT
    )
    wait_for(lambda: pids.exists() and len(pids.read_text().split()) == 2)

    workspace.sdk.jobs.cancel_run(run_id)
    done = workspace.result(workspace.wait(run_id))

    assert done.ended == ("TERMINATED", "CANCELED")
    wait_for(lambda: not any(alive(int(pid)) for pid in pids.read_text().split()))


def test_a_task_that_takes_too_long_is_timed_out(workspace: Workspace) -> None:
    done = workspace.run(WAIT, timeout_seconds=1)

    assert done.ended == ("TERMINATED", "TIMEDOUT")
    assert "timed out after 1 seconds" in done.message


def test_a_background_process_ends_with_its_run(workspace: Workspace) -> None:
    done = workspace.run(
        "import subprocess\ndbutils.notebook.exit(subprocess.Popen(['sleep', '600']).pid)"
    )

    pid = int(done.exit_value or "0")
    assert pid
    wait_for(lambda: not alive(pid))


def test_tasks_run_in_order_and_a_failure_skips_what_depends_on_it(workspace: Workspace) -> None:
    workspace.put_notebook("/Shared/good", "print('fine')")
    workspace.put_notebook("/Shared/bad", "raise ValueError('no')")

    def task(key: str, path: str, *needs: str) -> Task:
        from databricks.sdk.service.jobs import TaskDependency

        return Task(
            task_key=key,
            notebook_task=NotebookTask(notebook_path=path),
            depends_on=[TaskDependency(task_key=need) for need in needs],
        )

    client = workspace.sdk
    job_id = workspace.create_job(
        "graph",
        task("last", "/Shared/good", "second"),
        task("second", "/Shared/bad", "first"),
        task("first", "/Shared/good"),
    )
    run = workspace.wait(client.jobs.run_now(job_id).run_id)

    results = {t.task_key: t.state.result_state.value for t in run.tasks or []}  # type: ignore[union-attr]
    assert results == {"first": "SUCCESS", "second": "FAILED", "last": "UPSTREAM_FAILED"}
    assert run.state is not None
    assert run.state.life_cycle_state == RunLifeCycleState.INTERNAL_ERROR
    assert run.state.state_message == (
        "Task second failed with message: Workload failed, see run output for details."
    )


def test_a_job_on_an_unknown_cluster_fails_and_names_it(workspace: Workspace) -> None:
    run_id = workspace.start("print(1)", existing_cluster_id="0000-none")
    done = workspace.result(workspace.wait(run_id))

    assert done.ended == ("INTERNAL_ERROR", "FAILED")
    assert "Cluster 0000-none does not exist" in done.error


def test_a_terminated_cluster_is_started_and_stopping_it_ends_its_runs(
    workspace: Workspace,
) -> None:
    client = workspace.sdk
    cluster = client.clusters.create(
        cluster_name="one",
        spark_version=client.clusters.select_spark_version(),
        node_type_id=client.clusters.select_node_type(),
        num_workers=0,
    ).result()
    assert cluster.cluster_id
    client.clusters.delete(cluster.cluster_id).result()

    run_id = workspace.start(WAIT, existing_cluster_id=cluster.cluster_id)
    workspace.wait(run_id, is_running)
    assert client.clusters.get(cluster.cluster_id).state == State.RUNNING
    client.clusters.delete(cluster.cluster_id)
    done = workspace.result(workspace.wait(run_id))

    assert done.ended == ("INTERNAL_ERROR", "FAILED")
    assert "was terminated while the task ran" in done.error


def test_the_same_idempotency_token_gives_the_same_run(workspace: Workspace) -> None:
    workspace.put_notebook("/Shared/good", "print('fine')")
    client = workspace.sdk
    task = Task(task_key="main", notebook_task=NotebookTask(notebook_path="/Shared/good"))
    job_id = workspace.create_job("once", task)

    first = client.jobs.run_now(job_id, idempotency_token="abc").run_id
    again = client.jobs.run_now(job_id, idempotency_token="abc").run_id

    assert len({first, again}) == 1


def test_a_run_over_the_limit_is_skipped(workspace: Workspace) -> None:
    workspace.put_notebook("/Shared/wait", WAIT)
    client = workspace.sdk
    task = Task(task_key="main", notebook_task=NotebookTask(notebook_path="/Shared/wait"))
    job_id = workspace.create_job("one at a time", task)
    first = client.jobs.run_now(job_id).run_id

    second = workspace.wait(client.jobs.run_now(job_id).run_id)
    client.jobs.cancel_all_runs(job_id=job_id)

    assert second.state is not None
    assert second.state.life_cycle_state == RunLifeCycleState.SKIPPED
    assert second.state.result_state is not None
    assert second.state.result_state.value == "MAXIMUM_CONCURRENT_RUNS_REACHED"
    workspace.wait(first)


def start_pending(workspace: Workspace) -> int:
    """A run that waits for its process: right after the start there is none yet."""
    return workspace.start("x = 1")


def start_running(workspace: Workspace) -> int:
    run_id = workspace.start("x = 1", WAIT)
    workspace.wait_for_cell(run_id, 1)
    return run_id


def start_writing(workspace: Workspace) -> int:
    """A run that writes a table again and again."""
    run_id = workspace.start(
        "spark.sql('CREATE SCHEMA IF NOT EXISTS main.killed')\nn = 0",
        "while True:\n"
        "    n += 1\n"
        "    spark.range(1000).write.mode('overwrite').saveAsTable('main.killed.numbers')\n"
        "    print(n)",
    )
    client = workspace.sdk
    wait_for(lambda: _table_exists(workspace))
    assert client.jobs.get_run(run_id).state
    time.sleep(0.3)
    return run_id


def _table_exists(workspace: Workspace) -> bool:
    return (workspace.home / "warehouse/main/killed/numbers/_delta_log").exists()


def start_cancelling(workspace: Workspace) -> int:
    ignoring = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)"
    run_id = workspace.start(ignoring, WAIT)
    workspace.wait_for_cell(run_id, 1)
    workspace.sdk.jobs.cancel_run(run_id)
    workspace.wait(
        run_id,
        lambda run: (
            run.state is not None and run.state.life_cycle_state == RunLifeCycleState.TERMINATING
        ),
    )
    return run_id


@pytest.mark.parametrize("start", [start_pending, start_running, start_writing, start_cancelling])
def test_killing_the_server_at_any_step_ends_the_run_and_loses_nothing(
    own_workspace: Workspace, start: Callable[[Workspace], int]
) -> None:
    workspace = own_workspace
    before = workspace.run("dbutils.notebook.exit('kept')") if start is not start_pending else None
    run_id = start(workspace)

    workspace.kill()
    workspace.up()

    done = workspace.result(workspace.sdk.jobs.get_run(run_id))
    assert done.ended == ("INTERNAL_ERROR", "FAILED")
    assert done.error == "The local workspace stopped while the run was active."
    if before is not None:
        newest_first = [run.run_name for run in workspace.sdk.jobs.list_runs()]
        assert newest_first == ["test", "test"]
    if start is start_writing:
        after = workspace.run("dbutils.notebook.exit(spark.table('main.killed.numbers').count())")
        assert after.exit_value == "1000", after.trace
    assert workspace.run("print(1)").ended == ("TERMINATED", "SUCCESS")


def test_nothing_outlives_a_killed_server_for_long(
    own_workspace: Workspace, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    own_workspace.start(
        "import os, subprocess\n"
        "child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n" + WAIT
    )
    wait_for(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    notebook, child = map(int, pids.read_text().split())

    own_workspace.kill()
    wait_for(lambda: not alive(notebook))
    own_workspace.up()

    wait_for(lambda: not alive(child))


def test_sigterm_ends_the_server_and_its_runs(own_workspace: Workspace) -> None:
    run_id = own_workspace.start(WAIT)
    own_workspace.wait(run_id, is_running)

    assert own_workspace.down() == 0
    own_workspace.up()

    done = own_workspace.result(own_workspace.sdk.jobs.get_run(run_id))
    assert done.ended == ("INTERNAL_ERROR", "FAILED")


def test_a_second_server_of_the_same_home_is_refused(workspace: Workspace) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "brickyard", "up", "--home", str(workspace.home)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert done.returncode == 2
    assert "Another workspace already serves" in done.stderr
    assert workspace.url in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_refused_with_the_remedy(workspace: Workspace, tmp_path: Path) -> None:
    port = workspace.url.rpartition(":")[2]
    command = [sys.executable, "-m", "brickyard", "up", "--home", str(tmp_path), "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)

    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "--port 0" in done.stderr


def test_a_damaged_database_is_refused_in_one_line(own_workspace: Workspace) -> None:
    own_workspace.run("x = 1")
    assert own_workspace.down() == 0
    with (own_workspace.home / "state.db").open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(20 * 4096))

    command = [sys.executable, "-m", "brickyard", "up", "--home", str(own_workspace.home)]
    done = subprocess.run(
        [*command, "--port", "0"], capture_output=True, text=True, check=False, timeout=30
    )

    assert done.returncode == 2, done.stderr
    assert "cannot be read as the workspace's database" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
