from __future__ import annotations

from pathlib import Path

import pytest

from brickyard.cli.options import resolve_home


def test_the_option_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BRICKYARD_HOME", str(tmp_path / "env"))
    assert resolve_home(tmp_path / "option") == tmp_path / "option"
    assert resolve_home(None) == tmp_path / "env"


def test_without_either_it_lies_beside_the_project(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("BRICKYARD_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    inner = tmp_path / "project" / "src"
    inner.mkdir(parents=True)
    assert resolve_home(None, inner) == tmp_path / "user" / ".brickyard" / "workspace"
    (tmp_path / "project" / "brickyard.toml").write_text("")
    assert resolve_home(None, inner) == tmp_path / "project" / ".brickyard" / "workspace"
