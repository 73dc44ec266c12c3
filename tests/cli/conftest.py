from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from brickyard.cli.child import own_workspace
from brickyard.cli.local import Address

TOML = """\
[project]
name = "tiny"

[notebooks]
path = "notebooks"

[jobs.train]
template = "train.json"

[targets.local.cluster]
cluster_name = "shared"
spark_version = "15.4.x-scala2.12"
node_type_id = "Standard_DS3_v2"
num_workers = 0

[demo]
seed = "seed.py"
seed_to = "dbfs:/${var.raw}"
train = "train"
score = "train"

[vars]
raw = "raw"
"""

JOB = """\
{
  "name": "train-${target.name}",
  "parameters": [{"name": "note", "default": "none"}],
  "tasks": [
    {
      "task_key": "main",
      "existing_cluster_id": "${cluster_id}",
      "notebook_task": {"notebook_path": "${release.notebooks}/train"}
    }
  ]
}
"""

NOTEBOOK = """\
# Databricks notebook source
import json
note = dbutils.widgets.get("note")
if note == "fail":
    raise ValueError("asked to fail")
dbutils.notebook.exit(json.dumps({"training": {"rows": 1234, "note": note}}))
"""

SEED = """\
import io, sys
from databricks.sdk import WorkspaceClient

option, to = sys.argv[1:]
WorkspaceClient().dbfs.upload(to.removeprefix("dbfs:"), io.BytesIO(b"12345"), overwrite=True)
print(option, to)
"""


@dataclass(frozen=True)
class Brickyard:
    """The command line as a process of its own.

    Attributes:
        home: The home folder it is given by its environment.
        folder: Where it is called.
        env: Its environment.
    """

    home: Path
    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def __call__(self, *words: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "brickyard", *words],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


def clean_env(home: Path) -> dict[str, str]:
    foreign = ("DATABRICKS_", "BRICKYARD_", "MLFLOW_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    # Tables as wide as they need to be, and no colours.
    return {**kept, "BRICKYARD_HOME": str(home), "COLUMNS": "200", "NO_COLOR": "1"}


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A project of one notebook and one job."""
    root = tmp_path / "tiny"
    (root / "notebooks").mkdir(parents=True)
    (root / "brickyard.toml").write_text(TOML)
    (root / "train.json").write_text(JOB)
    (root / "seed.py").write_text(SEED)
    (root / "notebooks" / "train.py").write_text(NOTEBOOK)
    return root


@pytest.fixture(scope="session")
def served_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Address]]:
    """The home folder of a workspace that serves."""
    home = tmp_path_factory.mktemp("served")
    with own_workspace(home, port=0) as address:
        yield home, address


@pytest.fixture
def brickyard(served_home: tuple[Path, Address], tiny: Path) -> Brickyard:
    """The command line, in the small project, beside a workspace that serves."""
    return Brickyard(served_home[0], tiny, clean_env(served_home[0]))


@pytest.fixture
def alone(tmp_path: Path, tiny: Path) -> Brickyard:
    """The command line, in the small project, with no workspace serving."""
    return Brickyard(tmp_path / "home", tiny, clean_env(tmp_path / "home"))
