from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from brickyard.runtime.errors import MagicError
from brickyard.runtime.libraries import LibraryFolder
from brickyard.runtime.paths import PathMap, Roots
from tests.e2e.test_notebooks import make_wheel


@pytest.fixture
def libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LibraryFolder]:
    names = ("dbfs", "workspace", "volumes", "storage", "tmp")
    for name in names:
        (tmp_path / name).mkdir()
    for variable in ("PATH", "PYTHONPATH"):
        monkeypatch.setenv(variable, os.environ.get(variable, ""))
    monkeypatch.setattr(sys, "path", list(sys.path))
    paths = PathMap(Roots(*(tmp_path / name for name in names)))
    yield LibraryFolder(tmp_path / "run/libraries", paths)
    sys.modules.pop("greeting", None)


def test_a_wheel_is_installed_from_a_platform_path_and_can_be_imported(
    libraries: LibraryFolder, tmp_path: Path
) -> None:
    wheel = make_wheel(tmp_path / "dbfs", "1.5")

    said = libraries.pip(f'install "dbfs:/{wheel.name}"  # ours')
    import greeting  # type: ignore[import-not-found]

    assert said.startswith("Successfully installed greeting")
    assert greeting.VERSION == "1.5"
    assert os.environ["PYTHONPATH"].split(os.pathsep)[0] == str(libraries.folder)
    assert os.environ["PATH"].split(os.pathsep)[0] == str(libraries.folder / "bin")


def test_what_the_environment_has_is_not_installed_again(libraries: LibraryFolder) -> None:
    assert libraries.pip("install pandas") == "Requirement already satisfied: nothing to install."
    assert not libraries.folder.exists()


def test_a_copy_of_a_loaded_module_is_noted(libraries: LibraryFolder, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "volumes", "1.0")
    sys.modules["greeting"] = sys.modules["json"]

    said = libraries.pip(f"install /Volumes/{wheel.name}")

    assert "greeting was imported before: use dbutils.library.restartPython()" in said
    assert libraries.shadowed(["greeting.sub", "os"]) == ["greeting"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "%pip (nothing) is not available"),
        ("list", "%pip list is not available"),
        ("install", "names nothing"),
        ("install 'a", "Close the quotation"),
        ("install dbfs:/none-1.0-py3-none-any.whl", "does not exist"),
        ("install /Workspace/none/requirements.txt", "does not exist"),
        ("install --no-index no-such-package-anywhere", "%pip install failed"),
    ],
)
def test_what_cannot_be_installed_is_said(libraries: LibraryFolder, line: str, says: str) -> None:
    with pytest.raises(MagicError) as caught:
        libraries.pip(line)

    assert says in str(caught.value)
    assert not libraries.folder.exists()
