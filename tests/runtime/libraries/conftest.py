from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from brickyard.runtime.libraries import LibraryFolder, Pip
from brickyard.runtime.paths import PathMap, Roots


@pytest.fixture
def paths(tmp_path: Path) -> PathMap:
    names = ("dbfs", "workspace", "volumes", "storage", "tmp")
    for name in names:
        (tmp_path / name).mkdir()
    return PathMap(Roots(*(tmp_path / name for name in names)))


@pytest.fixture
def folder(
    tmp_path: Path, paths: PathMap, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LibraryFolder]:
    for variable in ("PATH", "PYTHONPATH", "BRICKYARD_PIP", "VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.setenv(variable, os.environ.get(variable, ""))
    monkeypatch.setattr(sys, "path", list(sys.path))
    loaded = set(sys.modules)
    folder = LibraryFolder(tmp_path / "run/libraries", paths)
    folder.activate()
    yield folder
    for name in set(sys.modules) - loaded:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(
            sys.modules[name].__file__
        ):
            del sys.modules[name]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def pip(folder: LibraryFolder, said: list[str]) -> Pip:
    return Pip(folder, said.append)
