from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from brickyard.runtime.libraries.generations import Generations

# Changes a folder for ever: each generation has all three files with the same number.
CHANGER = """
import sys
from pathlib import Path
from brickyard.runtime.libraries.generations import Generations
link = Path(sys.argv[1])
number = 0
print("ready", flush=True)
while True:
    number += 1
    with Generations(link).change() as change:
        for name in ("a", "b", "c"):
            (change.folder / name).unlink(missing_ok=True)
            (change.folder / name).write_text(str(number))
        change.kept = lambda entry: True
"""


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "run/libraries"


def test_a_folder_is_there_and_empty_at_first(link: Path) -> None:
    Generations(link).ensure()
    Generations(link).ensure()

    assert list(link.iterdir()) == []


def test_a_change_counts_once_it_is_kept_and_what_is_not_kept_stays_away(link: Path) -> None:
    generations = Generations(link)
    with generations.change() as change:
        (change.folder / "module.py").write_text("1")
        (change.folder / "scaffold").mkdir()
        change.kept = lambda entry: entry.name != "scaffold"

    assert [entry.name for entry in link.iterdir()] == ["module.py"]


def test_a_change_that_is_given_up_leaves_all_as_it_was(link: Path) -> None:
    generations = Generations(link)
    with generations.change() as change:
        (change.folder / "pkg").mkdir()
        (change.folder / "pkg/old.py").write_text("old")
        change.kept = lambda _entry: True

    with generations.change() as change:
        (change.folder / "pkg/old.py").unlink()
        (change.folder / "new.py").write_text("new")
    with contextlib.suppress(ValueError), generations.change() as change:
        (change.folder / "pkg/old.py").unlink()
        raise ValueError("half way")

    assert [str(file.relative_to(link)) for file in link.rglob("*.py")] == ["pkg/old.py"]
    assert (link / "pkg/old.py").read_text() == "old"


def test_whoever_is_killed_the_folder_is_whole(link: Path) -> None:
    seen = set()
    for turn in range(12):
        changer = subprocess.Popen(
            [sys.executable, "-c", CHANGER, str(link)], stdout=subprocess.PIPE, text=True
        )
        assert changer.stdout is not None
        changer.stdout.readline()
        time.sleep(0.004 * turn)
        os.kill(changer.pid, signal.SIGKILL)
        changer.wait()
        changer.stdout.close()
        if link.exists():
            numbers = {(link / name).read_text() for name in ("a", "b", "c")}
            assert len(numbers) == 1
            seen |= numbers

    with Generations(link).change() as change:  # nobody holds the lock any more
        change.kept = lambda _entry: True
    assert seen


def test_bytecode_of_a_replaced_version_is_not_taken_over(link: Path) -> None:
    generations = Generations(link)
    with generations.change() as change:
        (change.folder / "pkg/__pycache__").mkdir(parents=True)
        (change.folder / "pkg/__pycache__/module.cpython-311.pyc").write_bytes(b"1")
        change.kept = lambda _entry: True
    with generations.change() as change:
        (change.folder / "pkg/module.py").write_text("2")
        change.kept = lambda _entry: True

    assert [entry.name for entry in (link / "pkg").iterdir()] == ["module.py"]
