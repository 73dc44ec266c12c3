from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from brickyard.delivery.notebooks import find_notebooks
from brickyard.delivery.release import Release, release_id
from brickyard.delivery.wheels import Wheel

WHEEL = Wheel("a", Path("/x/a-1.0+b1-py3-none-any.whl"), "1.0+b1", built=True)


def test_the_id_follows_wheels_notebooks_and_settings_only(tmp_path: Path) -> None:
    (tmp_path / "n.py").write_text("# Databricks notebook source\n")
    notebooks = find_notebooks(tmp_path)
    settings = {"job": {"name": "x"}}
    first = release_id([WHEEL], notebooks, settings)
    moved = replace(WHEEL, path=Path("/elsewhere") / WHEEL.path.name, built=False)
    assert release_id([moved], notebooks, settings) == first
    assert first.startswith("r-")
    assert len(first) == 12

    other_wheel = replace(WHEEL, path=Path("/x/a-1.0+b2-py3-none-any.whl"))
    ids = {first, release_id([other_wheel], notebooks, settings)}
    ids.add(release_id([WHEEL], notebooks, {"job": {"name": "y"}}))
    (tmp_path / "n.py").write_text("# Databricks notebook source\nx = 1\n")
    ids.add(release_id([WHEEL], notebooks, settings))
    assert len(ids) == 4


def test_paths_in_the_workspace() -> None:
    release = Release("r-1", "/Workspace/r/releases/r-1", {"a": WHEEL}, ())
    assert release.wheel_path("a") == "/Workspace/r/releases/r-1/wheels/a-1.0+b1-py3-none-any.whl"
    assert release.notebooks_path == "/Workspace/r/releases/r-1/notebooks"
