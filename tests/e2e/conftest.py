"""Workspaces for end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.workspace import BREAK, HEADER, Result, Workspace, commands, serving

__all__ = ["BREAK", "HEADER", "Result", "Workspace", "commands"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One workspace for a module's tests."""
    with serving(tmp_path_factory.mktemp("workspace")) as served:
        yield served


@pytest.fixture
def own_workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace for one test, which may kill it."""
    with serving(tmp_path) as served:
        yield served
