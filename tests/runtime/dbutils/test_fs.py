from __future__ import annotations

from pathlib import Path

import pytest

from brickyard.runtime.dbutils.fs import FsUtils
from brickyard.runtime.dbutils.mounts import Mounts
from brickyard.runtime.errors import NotLocalError
from brickyard.runtime.java_errors import ExecutionError
from brickyard.runtime.paths import PathMap, Roots
from brickyard.runtime.rest import RestClient


@pytest.fixture
def fs(tmp_path: Path) -> FsUtils:
    names = ("dbfs", "workspace", "volumes", "storage", "tmp")
    for name in names:
        (tmp_path / name).mkdir()
    paths = PathMap(Roots(*(tmp_path / name for name in names)))
    known = {"/mnt/raw": "abfss://raw@lake.dfs.core.windows.net/"}
    nobody = RestClient("http://127.0.0.1:9", "token")
    return FsUtils(Mounts(nobody, paths, known, lambda _points: None))


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
    with pytest.raises(ExecutionError, match=r"FileAlreadyExistsException.*overwrite=True"):
        fs.put("/a", "2")
    fs.put("/a", "2", overwrite=True)

    assert fs.head("/a") == "2"


def test_directories_are_copied_moved_and_removed_with_recurse_only(fs: FsUtils) -> None:
    fs.put("/d/x/a", "1")
    with pytest.raises(ExecutionError, match="Pass recurse=True"):
        fs.cp("/d", "/e")
    with pytest.raises(ExecutionError, match="Pass recurse=True"):
        fs.mv("/d", "/e")
    with pytest.raises(ExecutionError, match="Pass recurse=True"):
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

    assert [f.path for f in fs.ls("/Volumes/c/s/v")] == ["dbfs:/Volumes/c/s/v/a"]
    assert [f.name for f in fs.ls("/new")] == ["b"]


@pytest.mark.parametrize("root", ["/", "dbfs:/", "/Volumes", "/Workspace/", "dbfs:/x/.."])
def test_a_root_cannot_be_removed(fs: FsUtils, root: str, tmp_path: Path) -> None:
    fs.put("/kept", "1")
    with pytest.raises(ExecutionError):
        fs.rm(root, recurse=True)

    assert fs.head("/kept") == "1"
    assert {e.name for e in tmp_path.iterdir()} >= {"dbfs", "volumes", "workspace"}


def test_what_is_missing_is_said_in_the_platforms_words(fs: FsUtils) -> None:
    for call in (fs.ls, fs.head):
        with pytest.raises(ExecutionError) as caught:
            call("dbfs:/none")
        assert ": java.io.FileNotFoundException: No such file or directory: dbfs:/none" in str(
            caught.value
        )


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/in", "dbfs:/in"),
        ("dbfs:/in/", "dbfs:/in"),
        ("dbfs:///in//", "dbfs:/in"),
        ("/Volumes/c/s/v", "dbfs:/Volumes/c/s/v"),
        ("/Workspace/Shared", "file:/Workspace/Shared"),
        ("abfss://c@a.dfs.core.windows.net/x/", "abfss://c@a.dfs.core.windows.net/x"),
        ("/mnt/raw", "dbfs:/mnt/raw"),
    ],
)
def test_entries_are_named_by_their_address(fs: FsUtils, path: str, address: str) -> None:
    fs.put(f"{path}/a", "1")
    fs.mkdirs(f"{path}/d")

    assert [f.path for f in fs.ls(path)] == [f"{address}/a", f"{address}/d/"]
    assert [f.name for f in fs.ls("/")][:1] in (["in/"], [])


def test_a_mount_leads_to_its_container_and_is_not_removed(fs: FsUtils, tmp_path: Path) -> None:
    fs.put("/mnt/raw/sub/a", "1")

    assert (tmp_path / "storage/lake/raw/sub/a").read_text() == "1"
    for path in ("/mnt/raw", "dbfs:/mnt", "/mnt/raw/sub/.."):
        for call in (fs.rm, lambda where, recurse: fs.mv(where, "/new", recurse)):
            with pytest.raises(ExecutionError, match="mount point"):
                call(path, True)
    assert fs.rm("/mnt/raw/sub", True)


def test_what_the_disk_refuses_is_an_error_of_the_platform(fs: FsUtils) -> None:
    fs.put("/file", "1")
    for call in (lambda: fs.mkdirs("/file/below"), lambda: fs.head("/"), lambda: fs.ls("s3a://b")):
        with pytest.raises(ExecutionError, match=r"java\.(io|lang)"):
            call()


def test_what_is_left_out_is_refused_with_advice(fs: FsUtils) -> None:
    with pytest.raises(NotLocalError, match="leave the call out"):
        fs.cacheTable("t")
    with pytest.raises(AttributeError, match="Did you mean 'mkdirs'"):
        _ = fs.mkdir


def test_help_shows_methods_and_one_of_them(
    fs: FsUtils, capsys: pytest.CaptureFixture[str]
) -> None:
    fs.help()
    shown = capsys.readouterr().out
    assert "cp(source: str, dest: str, recurse: bool = False) -> bool -> Copy a file" in shown
    fs.help("mount")
    assert "extra_configs: Credentials" in capsys.readouterr().out
    with pytest.raises(AttributeError, match="Did you mean 'mount"):
        fs.help("moun")
