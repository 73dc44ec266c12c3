from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from brickyard.cli.child import own_workspace
from brickyard.cli.local import Address
from brickyard.delivery.connect import connect
from brickyard.delivery.project import Target

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

# A build backend that lies in the package itself: builds are real, and need no download. It stamps
# the time of day into the wheel, as sloppy backends do.
PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "{name}"
version = "0.1.0"
dependencies = [{dependencies}]
"""

BACKEND = """\
import pathlib, time, tomllib, zipfile


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    project = tomllib.loads(pathlib.Path("pyproject.toml").read_text())["project"]
    name, version = project["name"], project["version"]
    metadata = [f"Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata += [f"Requires-Dist: {d}" for d in project["dependencies"]]
    file = f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / file, "w") as wheel:
        def add(entry, text):
            info = zipfile.ZipInfo(entry, time.localtime()[:6])
            info.external_attr = 0o100644 << 16
            wheel.writestr(info, text)
        for folder in ("src", "build"):
            for path in sorted(pathlib.Path(folder).rglob("*.py")):
                add(path.relative_to(folder).as_posix(), path.read_text())
        info = f"{name}-{version}.dist-info"
        metadata += ["", "Version: of the text", ""]
        add(f"{info}/METADATA", chr(10).join(metadata))
        tags = ["Wheel-Version: 1.0", "Generator: here 1", "Root-Is-Purelib: true"]
        add(f"{info}/WHEEL", chr(10).join([*tags, "Tag: py3-none-any", ""]))
        add(f"{info}/RECORD", "")
    return file
"""

JOB: dict[str, Any] = {
    "name": "${project.name}-train-${target.name}",
    "parameters": [{"name": "rounds", "default": "3"}],
    "tasks": [
        {
            "task_key": "train",
            "existing_cluster_id": "${cluster_id}",
            "notebook_task": {
                "notebook_path": "${release.notebooks}/train",
                "base_parameters": {"wheel": "${wheels.alpha}"},
            },
        }
    ],
}

TOML = """\
[project]
name = "tiny"

[packages.alpha]
path = "alpha"

[notebooks]
path = "notebooks"

[jobs.train]
template = "jobs/train.json"

[targets.local]
cluster_name = "shared"
"""

CLUSTER = """\
[targets.local.cluster]
cluster_name = "shared"
spark_version = "15.4.x-scala2.12"
node_type_id = "Standard_DS3_v2"
num_workers = 0
"""

NOTEBOOK = """\
# Databricks notebook source
dbutils.widgets.text("rounds", "1")
wheel = dbutils.widgets.get("wheel")

# COMMAND ----------

# MAGIC %pip install $wheel

# COMMAND ----------

# DBTITLE 1,Work
import alpha
from importlib.metadata import version
print("working")
rounds = int(dbutils.widgets.get("rounds"))

# COMMAND ----------

dbutils.notebook.exit(f"{alpha.NAME} {version('alpha')} {rounds}")
"""


def write_package(folder: Path, name: str, *dependencies: str) -> Path:
    module = folder / "src" / name
    module.mkdir(parents=True)
    listed = ", ".join(json.dumps(dependency) for dependency in dependencies)
    (folder / "pyproject.toml").write_text(PYPROJECT.format(name=name, dependencies=listed))
    (folder / "backend.py").write_text(BACKEND)
    (module / "__init__.py").write_text(f'NAME = "{name}"\n')
    return folder


@pytest.fixture
def make_package() -> Callable[..., Path]:
    """Writes a package: folder, name, dependencies."""
    return write_package


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package that builds."""
    return write_package(tmp_path / "alpha", "alpha")


@pytest.fixture
def project_folder(tmp_path: Path) -> Path:
    """A small, right project; tests break it."""
    root = tmp_path / "project"
    root.mkdir()
    write_package(root / "alpha", "alpha")
    (root / "notebooks").mkdir()
    (root / "notebooks" / "train.py").write_text(NOTEBOOK)
    (root / "jobs").mkdir()
    (root / "jobs" / "train.json").write_text(json.dumps(JOB, indent=2))
    (root / "brickyard.toml").write_text(TOML)
    return root


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """A real local workspace in its own process."""
    with own_workspace(tmp_path_factory.mktemp("home"), port=0) as address:
        yield address


@pytest.fixture
def client(workspace: Address) -> WorkspaceClient:
    """The official client of the workspace."""
    return connect(Target("local"), host=workspace.url, token=workspace.token)


@pytest.fixture
def deployable(project_folder: Path, request: pytest.FixtureRequest) -> Path:
    """The small project under a name of its own, with a cluster to create."""
    file = project_folder / "brickyard.toml"
    name = "".join(c for c in request.node.name if c.isalnum())
    text = file.read_text().replace('"tiny"', f'"{name}"')
    file.write_text(text.partition("[targets.local]")[0] + CLUSTER)
    return project_folder
