"""Importing modules from the workspace's folders."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from brickyard.runtime.paths import Roots, folders_to_import_from, install_imports


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Path]:
    """The workspace's files, from which may be imported as long as the test lasts."""
    names = ("dbfs", "files", "volumes", "storage", "tmp")
    roots = Roots(*(tmp_path / name for name in names))
    roots.make()
    before = list(sys.path), list(sys.path_hooks), set(sys.modules)
    install_imports(roots)
    sys.path.append(str(roots.workspace))
    yield roots.workspace
    sys.path[:], sys.path_hooks[:] = before[0], before[1]
    sys.path_importer_cache.clear()
    for name in set(sys.modules) - before[2]:
        del sys.modules[name]


def test_no_bytecode_is_kept_beside_sources(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (files / "package_here").mkdir()
    (files / "package_here/__init__.py").write_text("from package_here.inner import VALUE")
    (files / "package_here/inner.py").write_text("VALUE = 5")

    assert importlib.import_module("package_here").VALUE == 5
    assert not list(files.rglob("__pycache__"))


def test_a_module_that_changed_within_a_second_is_imported_as_it_is_now(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    module = files / "changing_module.py"
    found = []
    for value in (1, 2):
        module.write_text(f"VALUE = {value}")
        os.utime(module, (1_700_000_000, 1_700_000_000))
        found.append(importlib.import_module("changing_module").VALUE)
        del sys.modules["changing_module"]

    assert found == [1, 2]


def test_stale_bytecode_that_came_with_a_module_is_not_trusted(files: Path) -> None:
    module = files / "stale_module.py"
    module.write_text("VALUE = 1")
    os.utime(module, (1_700_000_000, 1_700_000_000))
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, "-c", "import stale_module"], cwd=files, env=environment)
    assert list(files.rglob("*.pyc"))
    module.write_text("VALUE = 2")
    os.utime(module, (1_700_000_000, 1_700_000_000))

    assert importlib.import_module("stale_module").VALUE == 2


def test_the_relative_folder_is_one_too(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (files / "team/jobs").mkdir(parents=True)
    (files / "team/shared_module.py").write_text("VALUE = 3")
    monkeypatch.chdir(files / "team/jobs")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    sys.path.append("..")

    assert importlib.import_module("shared_module").VALUE == 3
    assert not list(files.rglob("__pycache__"))


@pytest.mark.parametrize(
    ("notebook", "git", "folders"),
    [
        ("Shared/team/n", None, ["Shared/team"]),
        ("n", None, [""]),
        ("Repos/me/project/notebooks/n", None, ["Repos/me/project/notebooks", "Repos/me/project"]),
        ("Repos/me/project/n", None, ["Repos/me/project"]),
        ("Repos/me/n", None, ["Repos/me"]),
        (
            "Users/me/project/a/b/n",
            "Users/me/project",
            ["Users/me/project/a/b", "Users/me/project"],
        ),
    ],
)
def test_notebooks_import_from_their_folder_and_their_git_folders_root(
    tmp_path: Path, notebook: str, git: str | None, folders: list[str]
) -> None:
    root = str(tmp_path)
    if git is not None:
        (tmp_path / git / ".git").mkdir(parents=True)

    found = folders_to_import_from(f"{root}/{notebook}", root)

    assert found == [f"{root}/{folder}".rstrip("/") for folder in folders]
