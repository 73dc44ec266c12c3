"""Clusters with libraries, and a project's requirements, through a real workspace."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from databricks.sdk.service.compute import Library, LibraryInstallStatus, MavenLibrary

from tests.support.wheels import slow_archive, tiny_wheel
from tests.support.workspace import Workspace

VERSION = "import tiny\ndbutils.notebook.exit(tiny.VERSION)"
SETTINGS = {
    "spark_version": "16.4.x-scala2.12",
    "node_type_id": "Standard_DS3_v2",
    "num_workers": 0,
}


def new_cluster(workspace: Workspace, name: str) -> str:
    """A running cluster."""
    made = workspace.sdk.clusters.create(cluster_name=name, **SETTINGS)  # type: ignore[arg-type]
    assert made.cluster_id
    return made.cluster_id


def put(workspace: Workspace, file: Path, folder: str = "libs") -> str:
    """Upload a file; returns its address."""
    address = f"dbfs:/{folder}/{file.name}"
    with file.open("rb") as content:
        workspace.sdk.dbfs.upload(address, content, overwrite=True)
    return address


def put_in_volume(workspace: Workspace, file: Path) -> str:
    """The same in a volume."""
    folder = "/Volumes/main/default/libs"
    workspace.sdk.files.create_directory(folder)
    workspace.sdk.files.upload(
        f"{folder}/{file.name}", io.BytesIO(file.read_bytes()), overwrite=True
    )
    return f"{folder}/{file.name}"


def settled(workspace: Workspace, cluster_id: str) -> dict[str, tuple[LibraryInstallStatus, str]]:
    """Status and messages of a cluster's libraries, when none is on its way any more."""
    busy = {
        LibraryInstallStatus.PENDING,
        LibraryInstallStatus.RESOLVING,
        LibraryInstallStatus.INSTALLING,
    }
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = list(workspace.sdk.libraries.cluster_status(cluster_id))
        if not busy & {each.status for each in found}:
            return {
                str(each.library.as_dict()): (each.status, "\n".join(each.messages or []))  # type: ignore[union-attr,misc]
                for each in found
            }
        time.sleep(0.02)
    raise AssertionError(f"The libraries of {cluster_id} never settled.\n{workspace.log()}")


def test_two_clusters_have_a_version_each_and_runs_without_cluster_have_none(
    workspace: Workspace, tmp_path: Path
) -> None:
    found = {}
    for version in ("1.0", "2.0"):
        cluster_id = new_cluster(workspace, version)
        address = put(workspace, tiny_wheel(tmp_path, version, script=True))
        workspace.sdk.libraries.install(cluster_id, [Library(whl=address)])
        done = workspace.run(VERSION, existing_cluster_id=cluster_id)
        found[version] = done.exit_value
        assert [status for status, _ in settled(workspace, cluster_id).values()] == [
            LibraryInstallStatus.INSTALLED
        ]

    assert found == {"1.0": "1.0", "2.0": "2.0"}
    without = workspace.run(VERSION)
    assert without.error == "ModuleNotFoundError: No module named 'tiny'"


def test_what_a_notebook_starts_has_the_clusters_libraries_too(
    workspace: Workspace, tmp_path: Path
) -> None:
    cluster_id = new_cluster(workspace, "children")
    hook = {"hooked.pth": "import sys; sys.is_hooked = True\n"}
    wheels = [
        tiny_wheel(tmp_path, "3.0", script=True),
        tiny_wheel(tmp_path, "1.0", name="hooked", files=hook),
    ]
    workspace.sdk.libraries.install(
        cluster_id, [Library(whl=put(workspace, wheel)) for wheel in wheels]
    )

    done = workspace.run(
        "import importlib.metadata, subprocess, sys\n"
        "def say(*words): return subprocess.check_output(words, text=True).split()",
        "code = 'import tiny, sys; print(tiny.VERSION, sys.is_hooked)'\n"
        "by_path = say(sys.executable, '-c', code)",
        "by_name = say('python', '-c', 'import tiny, numpy; print(tiny.VERSION)')",
        "by_script = say('tiny')",
        "assert by_script[1] == sys.executable, by_script",
        "dbutils.notebook.exit([sys.is_hooked, by_path, by_name, by_script[0], "
        "importlib.metadata.version('tiny')])",
        existing_cluster_id=cluster_id,
    )

    assert done.exit_value == "[True, ['3.0', 'True'], ['3.0'], '3.0', '3.0']", done.trace


def test_notebook_scoped_libraries_lie_on_top_of_the_clusters(
    workspace: Workspace, tmp_path: Path
) -> None:
    cluster_id = new_cluster(workspace, "both")
    address = put(workspace, tiny_wheel(tmp_path, "4.0"))
    workspace.sdk.libraries.install(cluster_id, [Library(whl=address)])
    user = put(workspace, tiny_wheel(tmp_path, "1.0", name="user", requires=["tiny>=4"]))

    kept = workspace.run(
        f"%pip install --no-index {user}",
        "import tiny, user\ndbutils.notebook.exit([tiny.VERSION, 'environments' in tiny.__file__])",
        existing_cluster_id=cluster_id,
    )
    newer = put(workspace, tiny_wheel(tmp_path, "5.0"))
    replaced = workspace.run(
        f"%pip install --no-index {newer}",
        "dbutils.library.restartPython()",
        VERSION,
        existing_cluster_id=cluster_id,
    )
    after = workspace.run(VERSION, existing_cluster_id=cluster_id)

    assert kept.exit_value == "['4.0', True]", kept.trace
    assert replaced.exit_value == "5.0", replaced.trace
    assert after.exit_value == "4.0"


def test_a_wheel_that_changes_under_its_name_is_taken_at_the_restart(
    workspace: Workspace, tmp_path: Path
) -> None:
    cluster_id = new_cluster(workspace, "stale")
    code = {"tiny.py": "VERSION = 'old'\n"}
    address = put(workspace, tiny_wheel(tmp_path, "6.0", files=code), "stale")
    workspace.sdk.libraries.install(cluster_id, [Library(whl=address)])
    assert workspace.run(VERSION, existing_cluster_id=cluster_id).exit_value == "old"

    code = {"tiny.py": "VERSION = 'new'\n"}
    put(workspace, tiny_wheel(tmp_path, "6.0", files=code), "stale")
    other = put(workspace, tiny_wheel(tmp_path, "1.0", name="other"), "stale")
    workspace.sdk.libraries.install(cluster_id, [Library(whl=address), Library(whl=other)])
    before = workspace.run("import other", VERSION, existing_cluster_id=cluster_id)
    workspace.sdk.clusters.restart(cluster_id)
    after = workspace.run(VERSION, existing_cluster_id=cluster_id)

    assert before.exit_value == "old", before.trace
    assert after.exit_value == "new"


def test_an_uninstalled_library_goes_at_the_restart(workspace: Workspace, tmp_path: Path) -> None:
    cluster_id = new_cluster(workspace, "uninstall")
    wheel = Library(whl=put(workspace, tiny_wheel(tmp_path, "7.0")))
    workspace.sdk.libraries.install(cluster_id, [wheel])
    assert workspace.run(VERSION, existing_cluster_id=cluster_id).exit_value == "7.0"

    workspace.sdk.libraries.uninstall(cluster_id, [wheel])
    (status,) = [status for status, _ in settled(workspace, cluster_id).values()]
    still = workspace.run(VERSION, existing_cluster_id=cluster_id)
    workspace.sdk.clusters.delete(cluster_id).result()
    gone = workspace.run(VERSION, existing_cluster_id=cluster_id)

    assert status == LibraryInstallStatus.UNINSTALL_ON_RESTART
    assert still.exit_value == "7.0"
    assert gone.error == "ModuleNotFoundError: No module named 'tiny'"
    assert settled(workspace, cluster_id) == {}


def test_a_tasks_libraries_are_installed_before_it_runs_or_it_fails(
    workspace: Workspace, tmp_path: Path
) -> None:
    cluster_id = new_cluster(workspace, "tasks")
    wheel = Library(whl=put(workspace, tiny_wheel(tmp_path, "8.0")))
    maven = Library(maven=MavenLibrary(coordinates="org.example:thing:1.0"))

    done = workspace.run(VERSION, existing_cluster_id=cluster_id, libraries=[wheel])
    failed_id = workspace.start(VERSION, existing_cluster_id=cluster_id, libraries=[wheel, maven])
    failed = workspace.wait(failed_id)
    afterwards = workspace.run(VERSION, existing_cluster_id=cluster_id)

    assert done.exit_value == "8.0", done.error
    assert failed.state is not None
    assert failed.state.life_cycle_state is not None
    assert failed.state.life_cycle_state.value == "INTERNAL_ERROR"
    message = failed.state.state_message or ""
    assert message.startswith("Library installation failed for library due to user error for maven")
    assert "the local workspace has no JVM" in message
    assert failed.status is not None
    assert failed.status.termination_details is not None
    code = failed.status.termination_details.code
    assert code is not None
    assert code.value == "LIBRARY_INSTALLATION_ERROR"
    # The cluster's own failed library does not keep others from running on it.
    assert afterwards.exit_value == "8.0"


def test_a_run_is_cancelled_while_its_libraries_are_installed(
    workspace: Workspace, tmp_path: Path
) -> None:
    cluster_id = new_cluster(workspace, "cancel")
    archive = put_in_volume(workspace, slow_archive(tmp_path, 600))
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"{archive}\n")
    library = Library(requirements=put_in_volume(workspace, requirements))
    run_id = workspace.start(VERSION, existing_cluster_id=cluster_id, libraries=[library])

    workspace.wait(
        run_id,
        lambda run: run.state is not None and run.state.state_message == "Installing libraries",
    )
    workspace.sdk.jobs.cancel_run(run_id)
    done = workspace.wait(run_id, seconds=20)

    assert done.state is not None
    assert done.state.result_state is not None
    assert done.state.result_state.value == "CANCELED"
    workspace.sdk.clusters.permanent_delete(cluster_id)


def test_a_server_killed_while_it_builds_leaves_nothing_half_done(
    own_workspace: Workspace, tmp_path: Path
) -> None:
    cluster_id = new_cluster(own_workspace, "killed")
    wheel = tiny_wheel(tmp_path, "9.0")
    archive = slow_archive(tmp_path, 600)
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"{put_in_volume(own_workspace, archive)}\n")
    address = put_in_volume(own_workspace, requirements)
    libraries = [Library(whl=put(own_workspace, wheel)), Library(requirements=address)]
    own_workspace.sdk.libraries.install(cluster_id, libraries)
    builders = _builders(own_workspace, archive.name)

    own_workspace.kill()
    assert any(builder.is_running() for builder in builders)
    requirements.write_text("# nothing\n")
    own_workspace.up()
    put_in_volume(own_workspace, requirements)
    done = own_workspace.run(VERSION, existing_cluster_id=cluster_id)

    assert done.exit_value == "9.0", done.error
    assert {status for status, _ in settled(own_workspace, cluster_id).values()} == {
        LibraryInstallStatus.INSTALLED
    }
    psutil.wait_procs(builders, timeout=10)
    assert not [builder for builder in builders if builder.is_running()]
    deadline = time.monotonic() + 30
    while leftovers := list((own_workspace.home / "environments").glob(".*")):
        assert time.monotonic() < deadline, leftovers
        time.sleep(0.05)


def _builders(workspace: Workspace, archive: str) -> list[psutil.Process]:
    """uv and what it started, once it has the archive in hand."""
    assert workspace.process is not None
    server = psutil.Process(workspace.process.pid)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for child in server.children(recursive=True):
            try:
                if Path(child.exe()).name == "uv" and child.children():
                    return [child, *child.children(recursive=True)]
            except psutil.Error:
                continue
        time.sleep(0.02)
    raise AssertionError(f"{archive} was never built.\n{workspace.log()}")


def test_a_projects_requirements_are_every_runs_and_are_built_once(
    tmp_path: Path,
) -> None:
    tiny_wheel(tmp_path / "wheels", "10.0")
    file = tmp_path / "requirements.txt"
    file.write_text("--no-index\n--find-links wheels\n# what we need\ntiny==10.0\n")
    workspace = Workspace(tmp_path / "home", options=["--requirements", str(file)])
    try:
        workspace.up()
        assert workspace.run(VERSION).exit_value == "10.0"
        cluster_id = new_cluster(workspace, "inherits")
        other = put(workspace, tiny_wheel(tmp_path, "1.0", name="other"))
        workspace.sdk.libraries.install(cluster_id, [Library(whl=other)])
        done = workspace.run("import other", VERSION, existing_cluster_id=cluster_id)
        assert done.exit_value == "10.0", done.error
        workspace.down()
        shutil.rmtree(tmp_path / "wheels")
        workspace.up()
        assert workspace.run(VERSION).exit_value == "10.0"
        assert workspace.log().count("Building the environment") == 1
    finally:
        for process in workspace.started:
            process.kill()


def test_requirements_that_cannot_be_installed_stop_the_start_and_say_which_line(
    tmp_path: Path,
) -> None:
    tiny_wheel(tmp_path / "wheels", "10.0")
    file = tmp_path / "requirements.txt"
    file.write_text("--no-index\n--find-links wheels\n\ntiny==11.0\n")
    command = [sys.executable, "-m", "brickyard", "up", "--home", str(tmp_path / "home")]

    done = subprocess.run(
        [*command, "--port", "0", "--requirements", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "UV_OFFLINE": "1"},
    )

    assert done.returncode == 2
    assert f"{file}, line 4: 'tiny==11.0': No solution found" in done.stderr
    assert "Change" in done.stderr
    assert not list((tmp_path / "home" / "environments").glob("*"))
