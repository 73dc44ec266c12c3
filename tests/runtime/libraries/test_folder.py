from __future__ import annotations

import os
import sys
from pathlib import Path

from brickyard.runtime.libraries import LibraryFolder


def test_the_folder_comes_before_the_environment_here_and_in_children(
    folder: LibraryFolder,
) -> None:
    own = str(folder.folder)

    assert sys.path.index(own) < sys.path.index(str(Path(os.__file__).parent))
    assert own in os.environ["PYTHONPATH"].split(os.pathsep)
    commands = os.environ["PATH"].split(os.pathsep)
    assert commands.index(f"{own}/bin") < commands.index(str(Path(sys.executable).parent))


def test_activating_twice_is_the_same_as_once(folder: LibraryFolder) -> None:
    before = (list(sys.path), os.environ["PATH"], os.environ["PYTHONPATH"])

    folder.activate()

    assert before == (list(sys.path), os.environ["PATH"], os.environ["PYTHONPATH"])


def test_shadowed_are_the_loaded_modules_that_the_folder_has_too(folder: LibraryFolder) -> None:
    assert folder.shadowed(["os"]) == []
    for file in ("plain.py", "pkg/__init__.py", "space/part/__init__.py", "native.cpython-311.so"):
        (folder.folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder.folder / file).touch()
    (folder.folder / "plain-1.0.dist-info").mkdir()

    loaded = ["plain", "pkg.sub", "space", "space.other", "native", "os"]
    assert folder.shadowed(loaded) == ["native", "pkg", "plain"]
    assert folder.shadowed(["space", "space.part"]) == ["space.part"]
