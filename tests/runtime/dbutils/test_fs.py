from __future__ import annotations

from pathlib import Path

import pytest

from brickyard.runtime.dbutils.fs import FsUtils
from brickyard.runtime.errors import MagicError, NotLocalError
from brickyard.runtime.paths import PathMap, Roots


@pytest.fixture
def fs(tmp_path: Path) -> FsUtils:
    names = ("dbfs", "workspace", "volumes", "storage", "tmp")
    for name in names:
        (tmp_path / name).mkdir()
    return FsUtils(PathMap(Roots(*(tmp_path / name for name in names))))


def test_put_ls_head_and_rm(fs: FsUtils, tmp_path: Path) -> None:
    assert fs.put("dbfs:/in/a.txt", "grüße")
    assert fs.mkdirs("/in/sub")

    listed = fs.ls("/in")
    assert [(f.path, f.name, f.size) for f in listed] == [
        ("dbfs:/in/a.txt", "a.txt", 7),
        ("dbfs:/in/sub/", "sub/", 0),
    ]
    assert [f.isDir() for f in listed] == [False, True]
    assert fs.ls("dbfs:/in/a.txt")[0].path == "dbfs:/in/a.txt"
    assert fs.head("/in/a.txt") == "grüße"
    assert fs.rm("/in/a.txt") is True
    assert fs.rm("/in/a.txt") is False
    assert not (tmp_path / "dbfs/in/a.txt").exists()


def test_head_is_cut_and_says_so(fs: FsUtils, capsys: pytest.CaptureFixture[str]) -> None:
    fs.put("/a", "abcdef")
    capsys.readouterr()

    assert fs.head("/a", 3) == "abc"
    assert capsys.readouterr().out == "[Truncated to first 3 bytes]\n"


def test_put_replaces_only_when_told(fs: FsUtils) -> None:
    fs.put("/a", "1")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        fs.put("/a", "2")
    fs.put("/a", "2", overwrite=True)

    assert fs.head("/a") == "2"


def test_directories_are_copied_moved_and_removed_with_recurse_only(fs: FsUtils) -> None:
    fs.put("/d/x/a", "1")
    with pytest.raises(MagicError, match="Pass recurse=True"):
        fs.cp("/d", "/e")
    with pytest.raises(MagicError, match="Pass recurse=True"):
        fs.mv("/d", "/e")
    with pytest.raises(MagicError, match="Pass recurse=True"):
        fs.rm("/d")
    fs.cp("/d", "/e", recurse=True)
    fs.mv("/d", "/f", recurse=True)
    fs.rm("/e", recurse=True)

    assert [f.name for f in fs.ls("/")] == ["f/"]
    assert fs.head("/f/x/a") == "1"


def test_a_file_goes_into_a_directory_that_is_there(fs: FsUtils) -> None:
    fs.put("/a", "1")
    fs.mkdirs("/Volumes/c/s/v")
    fs.cp("/a", "/Volumes/c/s/v")
    fs.mv("/a", "dbfs:/new/b")

    assert [f.path for f in fs.ls("/Volumes/c/s/v")] == ["/Volumes/c/s/v/a"]
    assert [f.name for f in fs.ls("/new")] == ["b"]


@pytest.mark.parametrize("root", ["/", "dbfs:/", "/Volumes", "/Workspace/", "dbfs:/x/.."])
def test_a_root_cannot_be_removed(fs: FsUtils, root: str, tmp_path: Path) -> None:
    fs.put("/kept", "1")
    with pytest.raises((MagicError, ValueError)):
        fs.rm(root, recurse=True)

    assert fs.head("/kept") == "1"
    assert {e.name for e in tmp_path.iterdir()} >= {"dbfs", "volumes", "workspace"}


def test_what_is_missing_is_named_as_it_was_written(fs: FsUtils) -> None:
    for call in (fs.ls, fs.head):
        with pytest.raises(FileNotFoundError, match="dbfs:/none"):
            call("dbfs:/none")
    with pytest.raises(NotLocalError, match=r"dbutils\.fs\.mount"):
        fs.mount("a", "b")  # type: ignore[operator]
