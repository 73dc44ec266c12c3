"""The home folder: its secrets are private, and one process holds it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from brickyard.errors import BrickyardError
from brickyard.workspace.home import Home, read_address, write_private

HOLDER = (
    "import sys, time\n"
    "from pathlib import Path\n"
    "from brickyard.workspace.home import Home\n"
    "Home.create(Path(sys.argv[1])).lock()\n"
    "print('held', flush=True)\n"
    "time.sleep(60)\n"
)


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


def test_rooms_are_made_and_the_folder_is_private(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "a" / "home")
    assert mode(home.root) == 0o700
    for room in (home.dbfs, home.workspace / "Users", home.workspace / "Shared", home.warehouse):
        assert room.is_dir()
    (home.dbfs / "kept").write_text("x")
    assert (Home.create(home.root).dbfs / "kept").read_text() == "x"


def test_a_copy_of_a_home_has_other_processes(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home")
    mark = home.mark
    shutil.copytree(home.root, tmp_path / "copy")

    assert Home.create(home.root).mark == mark
    assert Home.create(tmp_path / "copy").mark != mark


def test_unusable_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BrickyardError, match=r"cannot be used.*--home DIR"):
        Home.create(tmp_path / "file" / "home")
    with pytest.raises(BrickyardError, match="cannot be used"):
        Home.create(tmp_path / "file")


def test_token_is_made_once_kept_and_private(home: Home) -> None:
    token = home.token()
    assert token.startswith("dapi")
    assert len(token) == 4 + 32
    assert home.token() == token
    assert mode(home.root / "token") == 0o600
    assert (home.root / "token").read_text() == token


def test_token_that_is_given_is_kept_from_then_on(home: Home) -> None:
    first = home.token()
    assert home.token("dapi-mine") == "dapi-mine"
    assert home.token() == "dapi-mine"
    assert first != "dapi-mine"
    assert mode(home.root / "token") == 0o600


def test_two_homes_have_two_tokens(tmp_path: Path) -> None:
    assert Home.create(tmp_path / "a").token() != Home.create(tmp_path / "b").token()


def test_key_is_made_once_and_private(home: Home) -> None:
    key = home.key("some.key")
    assert (len(key), len(home.key("short.key", 8))) == (32, 8)
    assert home.key("some.key") == key
    assert mode(home.root / "some.key") == 0o600


def test_private_file_is_replaced_whole_and_nothing_is_left_aside(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("open to all")
    file.chmod(0o644)
    write_private(file, b"private")
    assert (file.read_bytes(), mode(file)) == (b"private", 0o600)
    assert list(tmp_path.iterdir()) == [file]


def test_lock_is_refused_twice_and_says_by_whom(home: Home) -> None:
    held = home.lock()
    try:
        with pytest.raises(BrickyardError, match=r"Another workspace already serves .*--home DIR"):
            home.lock()
        address = '{"url": "http://127.0.0.1:1", "pid": 123}'
        write_private(home.address_file, address.encode())
        with pytest.raises(BrickyardError, match=r"at http://127\.0\.0\.1:1 \(process 123\)"):
            home.lock()
    finally:
        os.close(held)
    os.close(home.lock())


def test_lock_of_a_killed_process_is_free(home: Home) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.root)], stdout=subprocess.PIPE, text=True
    ) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            with pytest.raises(BrickyardError, match="already serves"):
                home.lock()
        finally:
            holder.send_signal(signal.SIGKILL)
    assert holder.returncode == -signal.SIGKILL
    os.close(home.lock())


@pytest.mark.parametrize(
    "content", [None, "", "{", "[]", "null", '"text"', '{"url": "http://127.0.0.1:1"}', "{}"]
)
def test_address_that_cannot_be_read_is_none(home: Home, content: str | None) -> None:
    if content is not None:
        home.address_file.write_text(content)
    assert read_address(home.root) is None
    # Nor does it spoil the message of the lock.
    held = home.lock()
    with pytest.raises(BrickyardError, match="already serves"):
        home.lock()
    os.close(held)


def test_address(home: Home) -> None:
    write_private(home.address_file, b'{"url": "http://127.0.0.1:1", "pid": 1}')
    assert read_address(home.root) == {"url": "http://127.0.0.1:1", "pid": 1}
