"""The commands as a user calls them: in a process of their own, against a real workspace."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from brickyard.cli.local import Address, serving

if TYPE_CHECKING:
    from tests.cli.conftest import Brickyard


def test_help_imports_nothing_heavy() -> None:
    heavy = {"databricks", "rich", "mlflow", "pandas", "requests", "starlette"}
    code = (
        "import sys\nfrom brickyard.cli.main import _main\n_main(['--help'])\n"
        f"print(sorted({heavy!r} & set(sys.modules)), file=sys.stderr)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stderr.strip() == "[]"
    for name in ("up", "env", "ci", "deploy", "run", "demo", "doctor"):
        assert f"\n  {name} " in said.stdout


def test_env_points_a_shell_at_the_workspace(
    brickyard: Brickyard, served_home: tuple[Path, Address]
) -> None:
    said = brickyard("env")
    assert said.returncode == 0
    exports = dict(shlex.split(line)[1].split("=", 1) for line in said.stdout.splitlines())
    address = served_home[1]
    assert exports == {"DATABRICKS_HOST": address.url, "DATABRICKS_TOKEN": address.token}


def test_without_a_workspace_each_command_says_how_to_start_one(alone: Brickyard) -> None:
    for words in (["env"], ["deploy"], ["run", "train"]):
        said = alone(*words)
        assert said.returncode == 2
        assert said.stdout == ""
        assert said.stderr == (
            f"Error: No workspace is serving {alone.home}. "
            f"Start one: brickyard up --home {alone.home}\n"
        )


def test_deploy_then_run(brickyard: Brickyard) -> None:
    said = brickyard("deploy", "--json")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["changed"] is True
    assert json.loads(brickyard("deploy", "--json").stdout)["changed"] is False

    said = brickyard("run", "train", "-p", "note=a=b", "--json")
    assert said.returncode == 0, said.stderr
    run = json.loads(said.stdout)
    assert run["state"] == "SUCCESS"
    assert json.loads(run["tasks"][0]["output"])["training"]["note"] == "a=b"

    said = brickyard("run", "train", "-p", "note=fail", "--json")
    assert said.returncode == 1
    assert json.loads(said.stdout)["tasks"][0]["error"] == "ValueError: asked to fail"
    assert "ValueError: asked to fail" in said.stderr

    said = brickyard("run", "train", "--no-wait")
    assert said.returncode == 0
    assert int(said.stdout) > run["run_id"]

    said = brickyard("run", "train", "-p", "nte=x")
    assert said.returncode == 2
    assert said.stderr == ("Error: Job 'train' has no parameter 'nte'. Did you mean 'note'?\n")


def test_a_broken_project_is_one_line_and_a_traceback_only_on_demand(
    brickyard: Brickyard, tiny: Path
) -> None:
    (tiny / "brickyard.toml").write_text("[project\n")
    for command in ("ci", "deploy"):
        said = brickyard(command)
        assert said.returncode == 2
        assert said.stderr.startswith(f"Error: {tiny}/brickyard.toml:1: Not valid TOML")
        assert said.stderr.count("\n") == 1
    for words in (["-v", "deploy"], ["deploy", "-v"]):
        assert "Traceback" in brickyard(*words).stderr


def test_a_wrong_token_is_told_with_its_remedy(
    brickyard: Brickyard, served_home: tuple[Path, Address]
) -> None:
    brickyard.env.update(DATABRICKS_HOST=served_home[1].url, DATABRICKS_TOKEN="wrong")
    said = brickyard("run", "train")
    assert said.returncode == 2
    assert said.stderr.startswith("Error: The workspace refused: ")
    assert "brickyard env" in said.stderr
    assert said.stderr.count("\n") == 1


def test_a_shell_set_up_for_azure_does_not_divert_the_local_target(brickyard: Brickyard) -> None:
    brickyard.env.update(
        DATABRICKS_HOST="https://adb-1.1.azuredatabricks.net", DATABRICKS_TOKEN="secret"
    )
    said = brickyard("deploy", "--json")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["host"].startswith("http://127.0.0.1:")


def test_misspelt_commands_and_targets(brickyard: Brickyard) -> None:
    said = brickyard("deplyo")
    assert said.returncode == 2
    assert "Did you mean 'deploy'" in said.stderr
    said = brickyard("deploy", "--target", "locl")
    assert said.returncode == 2
    assert "has no target 'locl'. Did you mean 'local'?" in said.stderr


def test_ci_reports_by_step_and_exit_code(brickyard: Brickyard, tiny: Path) -> None:
    said = brickyard("ci", "--json")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["passed"] is True
    (tiny / "notebooks" / "train.py").write_text("# Databricks notebook source\n(\n")
    said = brickyard("ci", "--json")
    assert said.returncode == 1
    failed = [step["name"] for step in json.loads(said.stdout)["steps"] if not step["passed"]]
    assert failed == ["wheels and jobs", "notebooks"]


def test_up_serves_until_terminated_and_refuses_a_second(alone: Brickyard) -> None:
    command = [sys.executable, "-m", "brickyard", "up", "--port", "0", "--token", "dapi-mine"]
    server = subprocess.Popen(
        command, env=alone.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        assert serving(alone.home) == Address(url, "dapi-mine")
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{url}/api/2.0/preview/scim/v2/Me", headers={"Authorization": "Bearer dapi-mine"}
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            assert "userName" in json.load(answer)

        said = alone("up", "--port", "0")
        assert said.returncode == 2
        assert f"Another workspace already serves {alone.home} at {url}" in said.stderr
        port = url.rpartition(":")[2]
        said = alone("up", "--home", str(alone.folder / "other"), "--port", port)
        assert said.returncode == 2
        assert f"cannot listen on 127.0.0.1:{port}" in said.stderr
    finally:
        server.send_signal(signal.SIGTERM)
        _, talk = server.communicate(timeout=30)
    assert server.returncode == 0
    assert f"Workspace ready: {url}" in talk
    assert serving(alone.home) is None


def test_a_killed_workspace_is_known_to_be_gone(alone: Brickyard) -> None:
    command = [sys.executable, "-m", "brickyard", "up", "--port", "0"]
    with subprocess.Popen(
        command, env=alone.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        assert server.stdout is not None
        server.stdout.readline()
        assert serving(alone.home) is not None
        os.kill(server.pid, signal.SIGKILL)
    assert "No workspace is serving" in alone("env").stderr


def test_doctor_reports_each_finding(brickyard: Brickyard) -> None:
    said = brickyard("doctor")
    assert said.returncode == 0, said.stdout
    for name in ("Python", "packages", "home", "disk", "workspace", "paths", "uv"):
        assert f" {name}: " in said.stdout
    assert "serving at http://127.0.0.1:" in said.stdout


def test_doctor_finds_a_home_that_cannot_be_used(alone: Brickyard, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = alone("doctor", "--home", str(tmp_path / "file" / "home"))
    assert said.returncode == 1
    assert f"✗ home: {tmp_path / 'file'} cannot be written" in said.stdout


def test_demo_does_all_of_it_twice_and_stops_what_it_started(
    alone: Brickyard, tmp_path: Path
) -> None:
    file = tmp_path / "timings.json"
    results = []
    for _ in range(2):
        said = alone("demo", "--json", "--timings", str(file))
        assert said.returncode == 0, said.stderr
        assert serving(alone.home) is None
        results.append(json.loads(said.stdout))
        for words in ("Rows trained on", "1,234", "Workspace page", "MLflow page", " up"):
            assert words in said.stderr
    first, second = results
    assert first["runs"]["train"]["job_id"] == second["runs"]["train"]["job_id"]
    assert second["stages"]["training"]["rows"] == 1234
    timings = json.loads(file.read_text())
    assert set(timings) == {"stages", "start", "seed", "ci", "deploy", "train", "score", "total"}
    assert (alone.home / "dbfs" / "raw").read_bytes() == b"12345"


def test_a_terminated_demo_stops_its_workspace(alone: Brickyard, tiny: Path) -> None:
    (tiny / "notebooks" / "train.py").write_text(
        "# Databricks notebook source\nimport time\ntime.sleep(120)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "brickyard", "demo"],
        cwd=tiny,
        env=alone.env,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stderr is not None
        for line in demo.stderr:
            if "main RUNNING" in line:
                break
        assert serving(alone.home) is not None
        demo.send_signal(signal.SIGTERM)
        rest = demo.stderr.read()
    assert demo.returncode == 3
    assert rest.rstrip().endswith("Stopped.")
    assert serving(alone.home) is None
