from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from brickyard.delivery.errors import BuildError
from brickyard.delivery.stamp import stamp


def wheel(folder: Path, version: str, generator: str = "x", **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"a-{version}-1-py3-none-any.whl"
    info = f"a-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{info}/METADATA", f"Name: a\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: {generator}\n")
        archive.writestr(f"a-{version}.data/scripts/run", "#!python\n")
        for name, content in files.items():
            archive.writestr(f"a/{name}.py", content)
    return path


def test_a_version_that_has_a_local_segment_keeps_it(tmp_path: Path) -> None:
    stamped = stamp(wheel(tmp_path, "1.0+cu12", m="1"), tmp_path)
    assert stamped.version.startswith("1.0+cu12.b")
    assert stamped.path.name == f"a-{stamped.version}-1-py3-none-any.whl"
    with zipfile.ZipFile(stamped.path) as archive:
        assert f"a-{stamped.version}.data/scripts/run" in archive.namelist()


def test_another_version_of_the_build_tool_is_no_other_content(tmp_path: Path) -> None:
    one = stamp(wheel(tmp_path / "1", "1.0", "hatchling 1"), tmp_path)
    two = stamp(wheel(tmp_path / "2", "1.0", "hatchling 2"), tmp_path)
    three = stamp(wheel(tmp_path / "3", "1.0", m="x = 1"), tmp_path)
    assert one.version == two.version != three.version


def test_no_wheel_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="is not named as a wheel"):
        stamp(tmp_path / "a.zip", tmp_path)
    path = tmp_path / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.py", "")
    with pytest.raises(BuildError, match=r"holds no a-1\.dist-info/METADATA"):
        stamp(path, tmp_path)
