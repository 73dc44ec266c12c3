"""``pip`` of shells and programs fills the run's folder, and never the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from brickyard.runtime.libraries import LibraryFolder
from tests.support.wheels import tiny_wheel

PIPS = [
    ["pip"],
    ["pip3"],
    ["uv", "pip"],
    [sys.executable, "-m", "pip"],
    [sys.executable, "-c", "import sys, pip; sys.exit(pip.main(sys.argv[1:]))"],
    [sys.executable, "-c", "import sys; from pip._internal.cli.main import main; sys.exit(main())"],
]


@pytest.mark.parametrize("command", PIPS, ids=lambda command: " ".join(command)[-60:])
def test_every_pip_fills_the_runs_folder(
    folder: LibraryFolder, tmp_path: Path, command: list[str]
) -> None:
    wheel = tiny_wheel(tmp_path / "w", "1.0")

    done = subprocess.run([*command, "install", wheel], text=True, capture_output=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "Successfully installed tiny-1.0" in done.stdout
    assert (folder.folder / "tiny.py").is_file()
    import tiny  # type: ignore[import-not-found] # this process sees it without more ado

    assert tiny.VERSION == "1.0"


@pytest.mark.parametrize("command", PIPS[:4], ids=lambda command: " ".join(command)[-60:])
def test_no_pip_takes_anything_from_the_environment(
    folder: LibraryFolder, command: list[str]
) -> None:
    words = [*command, "uninstall", "-y", "pandas"]

    done = subprocess.run(words, text=True, capture_output=True, check=True)

    assert "Can't uninstall 'pandas'" in done.stdout
    subprocess.run([sys.executable, "-c", "import pandas"], check=True)


def test_a_failure_is_told_and_is_the_exit_status(folder: LibraryFolder) -> None:
    words = ["pip", "install", "/none-1.0-py3-none-any.whl"]

    done = subprocess.run(words, text=True, capture_output=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("ERROR: pip: /none-1.0-py3-none-any.whl does not exist.")


def test_a_virtual_environment_of_the_notebooks_own_keeps_its_pip(
    folder: LibraryFolder, tmp_path: Path
) -> None:
    python = tmp_path / "own/bin/python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "own"], check=True)
    wheel = tiny_wheel(tmp_path / "w", "1.0")

    words = [str(python), "-m", "pip", "install", "--no-index", str(wheel)]
    done = subprocess.run(words, text=True, capture_output=True, check=True)

    assert "Successfully installed tiny-1.0" in done.stdout
    assert list((tmp_path / "own").rglob("site-packages/tiny.py"))
    assert list(folder.folder.iterdir()) == []


def test_variables_that_name_another_environment_are_gone(folder: LibraryFolder) -> None:
    assert not {"VIRTUAL_ENV", "CONDA_PREFIX"} & set(os.environ)
