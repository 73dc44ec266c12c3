from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from brickyard.workspace.mlflow.child import environment


def test_a_child_whose_parent_has_ended_does_not_start() -> None:
    script = "from brickyard.workspace.mlflow.child import end_with; end_with(1); print('lives')"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "The workspace ended before its MLflow started." in done.stderr
    assert done.stdout == ""


def test_a_database_that_mlflow_cannot_open_ends_the_child_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_bytes(b"no database at all, and longer than a header " * 40)
    script = (
        "import os, sys; from pathlib import Path; from brickyard.workspace.mlflow import child;"
        "child.main(0, os.getppid(), Path(sys.argv[1]), Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "mlflow.db")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "cannot be read as MLflow's database" in done.stderr
    assert "MLflow could not be loaded." in done.stderr


def test_no_path_of_this_machine_is_kept_in_the_database() -> None:
    settings = environment(Path("/h/mlflow/mlflow.db"), Path("/h/artifacts"))
    assert settings["_MLFLOW_SERVER_ARTIFACT_ROOT"] == "mlflow-artifacts:/"
    assert settings["_MLFLOW_SERVER_ARTIFACT_DESTINATION"] == "file:///h/artifacts"
    assert settings["_MLFLOW_SERVER_FILE_STORE"] == "sqlite:////h/mlflow/mlflow.db"
