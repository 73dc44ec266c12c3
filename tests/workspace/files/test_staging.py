from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from brickyard.workspace.files.staging import Staging


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    return Staging(tmp_path / "aside")


def test_a_file_appears_whole_with_its_parents(staging: Staging, tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "file"
    with staging.open() as draft:
        draft.write(b"one ")
        draft.write(b"two")
        assert not target.exists()
        draft.publish(target, overwrite=False)
    assert target.read_bytes() == b"one two"
    assert list((tmp_path / "aside").iterdir()) == []


def test_an_existing_file_stays_unless_it_may_be_replaced(staging: Staging, tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("old")
    with pytest.raises(FileExistsError), staging.open() as draft:
        draft.publish(target, overwrite=False)
    assert target.read_text() == "old"
    with staging.open() as draft:
        draft.write(b"new")
        draft.publish(target, overwrite=True)
    assert target.read_text() == "new"
    assert list((tmp_path / "aside").iterdir()) == []


def test_a_folder_in_the_place_and_a_file_as_parent_are_refused(
    staging: Staging, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(IsADirectoryError), staging.open() as draft:
        draft.publish(tmp_path / "folder", overwrite=True)
    with pytest.raises(NotADirectoryError), staging.open() as draft:
        draft.publish(tmp_path / "file" / "below", overwrite=True)
    assert list((tmp_path / "aside").iterdir()) == []


def test_a_failed_stream_leaves_nothing(staging: Staging, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 3_000_000
        raise ConnectionError("gone")

    async def write() -> None:
        with staging.open() as draft:
            await draft.fill(broken())
            draft.publish(tmp_path / "file", overwrite=True)

    with pytest.raises(ConnectionError):
        asyncio.run(write())
    assert not (tmp_path / "file").exists()
    assert list((tmp_path / "aside").iterdir()) == []


def test_what_a_killed_writer_left_is_swept_and_its_target_untouched(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("old")
    script = """
import os, signal, sys
from pathlib import Path
from brickyard.workspace.files.staging import Staging
draft = Staging(Path(sys.argv[1])).open()
draft.write(b"half")
os.kill(os.getpid(), signal.SIGKILL)
"""
    aside = str(tmp_path / "aside")
    killed = subprocess.run([sys.executable, "-c", script, aside], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [file.read_bytes() for file in (tmp_path / "aside").iterdir()] == [b"half"]
    Staging(tmp_path / "aside")
    assert list((tmp_path / "aside").iterdir()) == []
    assert target.read_text() == "old"
