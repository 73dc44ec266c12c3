"""Importing the folder into a workspace, running its notebooks, reading back their records."""

from __future__ import annotations

import io
import re
import tempfile
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import NotebookTask, SubmitTask, TaskDependency
from databricks.sdk.service.workspace import ImportFormat, Language

from tests.behaviour.compare import differences, text_differences
from tests.behaviour.expectation import End
from tests.behaviour.folder import ROOT, WORKSPACE_ROOT, Case, is_notebook, sources
from tests.behaviour.record import Record, child_runs, read_record, task_run_id
from tests.support.wheels import tiny_wheel
from tests.support.workspace import Workspace

# So many runs at a time: enough to keep two cores busy while some runs only wait.
_AT_ONCE = 6
_DEADLINE_SECONDS = 90.0
_POLL_SECONDS = 0.1
_WARM_UP_RUNS = 20
_PID = re.compile(r"\bpid=(\d+)")
_LANGUAGES = {".py": Language.PYTHON, ".sql": Language.SQL}


class Runner:
    """Runs cases in one workspace, several at a time.

    Args:
        workspace: A serving workspace.
        cases: What to run; all of it is begun at once.
    """

    def __init__(self, workspace: Workspace, cases: Iterable[Case]) -> None:
        self._workspace = workspace
        self._client = workspace.sdk
        chosen = list(cases)
        self._pool = ThreadPoolExecutor(_AT_ONCE)
        self._imports = _import_all(self._client, self._pool)
        wait(self._imports.values())
        list(self._pool.map(self._set_up, chosen))
        self._warm_up()
        # Those that wait longest come first, so that they wait beside the others.
        slow_first = sorted(chosen, key=lambda case: not case.expectation.run)
        self._lock = threading.Lock()
        self._active: set[int | None] = set()
        self._listed = 0.0  # when the active runs were listed last
        self._futures: dict[str, Future[list[str]]] = {
            case.name: self._pool.submit(self._try, case) for case in slow_first
        }

    def differences(self, case: Case) -> list[str]:
        """Wait for a case's run; what of it was not as expected."""
        return self._futures[case.name].result()

    def close(self) -> None:
        """Begin no further runs, and wait for those that go on."""
        self._pool.shutdown(cancel_futures=True)

    def _warm_up(self) -> None:
        """Wait, but not for ever, until new processes have imported what is slow to import.

        Before that, each run imports for itself, which makes all of them slow.
        """
        cell = "import sys\ndbutils.notebook.exit('mlflow' in sys.modules)"
        for _ in range(_WARM_UP_RUNS):
            if self._workspace.run(cell, path=f"{WORKSPACE_ROOT}/warm_up").exit_value == "True":
                return

    def _set_up(self, case: Case) -> None:
        setup = case.expectation.setup
        for address, text in setup.get("files", {}).items():
            _upload(self._client, address, text.encode())
        for address, wheel in setup.get("wheels", {}).items():
            _upload(self._client, address, _wheel(**wheel))
        for scope, values in setup.get("secrets", {}).items():
            self._client.secrets.create_scope(scope)
            for key, value in values.items():
                self._client.secrets.put_secret(scope, key, string_value=value)

    def _try(self, case: Case) -> list[str]:
        wanted = case.expectation
        self._imports[case.path].result()  # raises what the import has raised
        record = self._run(case)
        found = differences(wanted.end, record)
        found += [f"{text!r} is in the record" for text in wanted.never if record.holds(text)]
        for address, matcher in wanted.files.items():
            found += text_differences(f"file {address}", matcher, _read(self._client, address))
        if wanted.gone is not None:
            pids = [int(pid) for pid in re.findall(wanted.gone, record.printed)]
            found += [] if pids else [f"gone: {wanted.gone!r} finds no process"]
            found += [f"gone: process {pid} goes on" for pid in pids if not _ends(pid)]
        for notebook, end in wanted.children:
            found += self._child(case.beside(notebook), end, wanted.never)
        return found

    def _child(self, path: str, end: End, never: list[str]) -> list[str]:
        runs = child_runs(self._client, path)
        if len(runs) != 1:
            return [f"child {path}: expected one WORKFLOW_RUN of it, got {len(runs)}"]
        record = read_record(self._client, task_run_id(runs[0]))
        found = differences(end, record)
        found += [f"{text!r} is in the record" for text in never if record.holds(text)]
        return [f"child {path}: {difference}" for difference in found]

    def _run(self, case: Case) -> Record:
        how = case.expectation.run
        run_id = self._client.jobs.submit(run_name=case.name, tasks=self._tasks(case)).run_id
        tasks = {task.task_key: task for task in self._client.jobs.get_run(run_id).tasks or []}
        task_run = tasks["main"].run_id or 0
        if "cancel_when_printed" in how:
            self._wait_for_text(case, task_run, how["cancel_when_printed"])
            self._client.jobs.cancel_run(run_id)
        if "kill_when_printed" in how:
            printed = self._wait_for_text(case, task_run, how["kill_when_printed"])
            found = _PID.search(printed)
            assert found, f"It printed no pid=<number>: {printed!r}"
            self._kill(int(found[1]))
        self._wait(run_id, time.monotonic())
        return read_record(self._client, task_run)

    def _kill(self, pid: int) -> None:
        """SIGKILL to a process of the workspace's, and to no other."""
        server = self._workspace.process
        assert server is not None
        process = psutil.Process(pid)
        assert server.pid in [parent.pid for parent in process.parents()], f"not ours: {process}"
        process.kill()

    def _wait(self, run_id: int, begun: float) -> None:
        """Wait until a run has ended; one list of active runs serves all who wait."""
        while time.monotonic() < begun + _DEADLINE_SECONDS:
            with self._lock:
                if self._listed < max(begun, time.monotonic() - _POLL_SECONDS):
                    self._listed = time.monotonic()
                    active = self._client.jobs.list_runs(active_only=True)
                    self._active = {run.run_id for run in active}
                if run_id not in self._active:
                    return
            time.sleep(_POLL_SECONDS)
        raise AssertionError(f"Run {run_id} has not ended.\n{self._workspace.log()[-2000:]}")

    def _wait_for_text(self, case: Case, run_id: int, text: str) -> str:
        """Wait until a run, or a child that is expected of it, has printed a text.

        Returns:
            What has been printed by then.
        """
        begun = time.monotonic()
        while time.monotonic() < begun + _DEADLINE_SECONDS:
            printed = read_record(self._client, run_id).printed
            for notebook, _end in case.expectation.children:
                for child in child_runs(self._client, case.beside(notebook)):
                    printed += read_record(self._client, task_run_id(child)).printed
            if text in printed:
                return printed
            time.sleep(_POLL_SECONDS)
        raise AssertionError(f"Run {run_id} never printed {text!r}.")

    def _tasks(self, case: Case) -> list[SubmitTask]:
        """The task that runs a case's notebook, after another one where it needs that."""
        how = case.expectation.run
        main = SubmitTask.from_dict({"task_key": "main", **how.get("task", {})})
        main.notebook_task = NotebookTask(
            notebook_path=case.path, base_parameters=how.get("parameters")
        )
        if "cluster" in how:
            body = {"cluster_name": case.name, **how["cluster"]}
            made: Any = self._client.api_client.do("POST", "/api/2.1/clusters/create", body=body)
            main.existing_cluster_id = made["cluster_id"]
        if "upstream" not in how:
            return [main]
        path = case.beside(how["upstream"])
        first = SubmitTask(task_key="first", notebook_task=NotebookTask(notebook_path=path))
        main.depends_on = [TaskDependency(task_key="first")]
        return [first, main]


def _wheel(name: str, version: str, requires: Iterable[str] = ()) -> bytes:
    """A wheel of one module that says its version."""
    module = name.replace("-", "_")
    files = {f"{module}.py": f"__version__ = {version!r}\n"}
    with tempfile.TemporaryDirectory() as folder:
        wheel = tiny_wheel(Path(folder), version, module, files=files, requires=requires)
        return wheel.read_bytes()


def _import_all(client: WorkspaceClient, pool: ThreadPoolExecutor) -> dict[str, Future[None]]:
    """Begin to import every file; returns what becomes of each, by workspace path."""
    files = sources()
    for folder in sorted({file.parent for file in files}):
        client.workspace.mkdirs(f"{WORKSPACE_ROOT}/{folder.relative_to(ROOT).as_posix()}")
    return {_path(file): pool.submit(_import, client, file) for file in files}


def _path(file: Path) -> str:
    """Where a file is imported to: a notebook without its suffix."""
    path = f"{WORKSPACE_ROOT}/{file.relative_to(ROOT).as_posix()}"
    return path.removesuffix(file.suffix) if is_notebook(file) else path


def _import(client: WorkspaceClient, file: Path) -> None:
    with file.open("rb") as content:
        if not is_notebook(file):
            kind, language = ImportFormat.AUTO, None
        elif file.suffix == ".ipynb":
            kind, language = ImportFormat.JUPYTER, None
        else:
            kind, language = ImportFormat.SOURCE, _LANGUAGES[file.suffix]
        client.workspace.upload(
            _path(file), content, format=kind, language=language, overwrite=True
        )


def _upload(client: WorkspaceClient, address: str, data: bytes) -> None:
    if address.startswith("/Volumes/"):
        client.files.upload(address, io.BytesIO(data), overwrite=True)
    elif address.startswith("/Workspace/"):
        path = address.removeprefix("/Workspace")
        client.workspace.mkdirs(path.rpartition("/")[0])
        client.workspace.upload(path, io.BytesIO(data), format=ImportFormat.AUTO, overwrite=True)
    else:
        client.dbfs.upload(address.removeprefix("dbfs:"), io.BytesIO(data), overwrite=True)


def _read(client: WorkspaceClient, address: str) -> str | None:
    try:
        if address.startswith("/Volumes/"):
            contents = client.files.download(address).contents
            return contents.read().decode() if contents else None
        return client.dbfs.download(address.removeprefix("dbfs:")).read().decode()
    except (OSError, ValueError):
        return None


def _ends(pid: int, seconds: float = 10) -> bool:
    """Whether a process is gone, or a zombie, before long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(_POLL_SECONDS)
    return False
