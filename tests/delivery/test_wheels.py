from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from brickyard.delivery.errors import BuildError
from brickyard.delivery.project import Package
from brickyard.delivery.wheels import build_wheel, build_wheels, uv_binary
from brickyard.errors import BrickyardError


def test_the_version_names_the_content_and_the_bytes_repeat(package: Path, tmp_path: Path) -> None:
    first = build_wheel(Package("alpha", package), tmp_path / "one")
    second = build_wheel(Package("alpha", package), tmp_path / "two")
    assert re.fullmatch(r"0\.1\.0\+b[0-9a-f]{10}", first.version)
    assert first.path.name == f"alpha-{first.version}-py3-none-any.whl"
    assert first.version == second.version
    assert first.path.read_bytes() == second.path.read_bytes()

    (package / "src" / "alpha" / "__init__.py").write_text("NAME = 'other'\n")
    third = build_wheel(Package("alpha", package), tmp_path / "one")
    assert third.version != first.version
    assert third.built


def test_unchanged_sources_are_not_built_again(package: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = build_wheel(Package("alpha", package), cache)
    (package / "backend.py").chmod(0o644)
    second = build_wheel(Package("alpha", package), cache)
    assert (first.built, second.built) == (True, False)
    assert second.path == first.path


def test_what_does_not_reach_the_wheel_does_not_change_its_version(
    package: Path, tmp_path: Path
) -> None:
    first = build_wheel(Package("alpha", package), tmp_path)
    (package / "notes.txt").write_text("of no interest to anyone who installs it")
    second = build_wheel(Package("alpha", package), tmp_path)
    assert second.built
    assert second.version == first.version


def test_the_tree_stays_clean_and_stale_builds_stay_out(package: Path, tmp_path: Path) -> None:
    stale = package / "build" / "alpha" / "removed.py"
    stale.parent.mkdir(parents=True)
    stale.write_text("")
    before = sorted(package.rglob("*"))
    wheel = build_wheel(Package("alpha", package), tmp_path / "cache")
    assert sorted(package.rglob("*")) == before
    with zipfile.ZipFile(wheel.path) as archive:
        assert "alpha/__init__.py" in archive.namelist()
        assert "alpha/removed.py" not in archive.namelist()


def test_two_wheels_of_a_project_install_together(
    tmp_path: Path, make_package: Callable[..., Path]
) -> None:
    packages = [
        Package("beta", make_package(tmp_path / "beta", "beta", "alpha==0.1.0")),
        Package("alpha", make_package(tmp_path / "alpha", "alpha")),
    ]
    told: list[str] = []
    wheels = build_wheels(packages, tmp_path / "cache", lambda wheel: told.append(wheel.package))
    assert list(wheels) == told == ["beta", "alpha"]
    site = tmp_path / "site"
    files = [str(wheel.path) for wheel in wheels.values()]
    command = [uv_binary(), "pip", "install", "--offline", "--target", str(site), *files]
    subprocess.run(command, check=True, capture_output=True)
    code = "import alpha, beta; from importlib.metadata import version as v; print(v('alpha'))"
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert said.stdout.strip() == wheels["alpha"].version


def test_only_the_version_of_the_metadata_changes(package: Path, tmp_path: Path) -> None:
    wheel = build_wheel(Package("alpha", package), tmp_path)
    with zipfile.ZipFile(wheel.path) as archive:
        metadata = archive.read(f"alpha-{wheel.version}.dist-info/METADATA").decode()
        record = archive.read(f"alpha-{wheel.version}.dist-info/RECORD").decode().splitlines()
        names = archive.namelist()
    assert f"\nVersion: {wheel.version}\n" in metadata
    assert metadata.endswith("\n\nVersion: of the text\n")
    assert [row.split(",")[0] for row in record] == names
    assert record[-1] == f"alpha-{wheel.version}.dist-info/RECORD,,"


def test_a_package_that_does_not_build_says_why(package: Path, tmp_path: Path) -> None:
    (package / "backend.py").write_text("raise RuntimeError('no such luck')")
    with pytest.raises(BuildError, match=r"(?s)Package 'alpha' .* does not build:\n.*no such luck"):
        build_wheel(Package("alpha", package), tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_two_packages_of_one_distribution_are_refused(package: Path, tmp_path: Path) -> None:
    with pytest.raises(BrickyardError, match="both make the distribution 'alpha'"):
        build_wheels([Package("a", package), Package("b", package)], tmp_path / "cache")
