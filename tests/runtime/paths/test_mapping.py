from __future__ import annotations

import posixpath
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.runtime.paths import (
    PathEscapeError,
    PathMap,
    PathMappingError,
    Roots,
    UnsupportedSchemeError,
)

BASE = Path("/home/me/ws")
ROOTS = Roots(BASE / "dbfs", BASE / "files", BASE / "volumes", BASE / "storage", BASE / "tmp")
MAP = PathMap(ROOTS)


@pytest.mark.parametrize(
    ("uri", "local"),
    [
        ("dbfs:/", "/home/me/ws/dbfs"),
        ("dbfs:/a/b.csv", "/home/me/ws/dbfs/a/b.csv"),
        ("dbfs:///a/b.csv", "/home/me/ws/dbfs/a/b.csv"),
        ("DBFS:/a", "/home/me/ws/dbfs/a"),
        ("/a//b/./c", "/home/me/ws/dbfs/a/b/c"),
        ("/a/../b", "/home/me/ws/dbfs/b"),
        ("/dbfs/a", "/home/me/ws/dbfs/dbfs/a"),
        ("/Volumes/main/ml/v/x", "/home/me/ws/volumes/main/ml/v/x"),
        ("dbfs:/Volumes/main/ml/v/x", "/home/me/ws/volumes/main/ml/v/x"),
        ("dbfs:///Volumes/main", "/home/me/ws/volumes/main"),
        ("/VolumesX/a", "/home/me/ws/dbfs/VolumesX/a"),
        ("/Workspace/Users/a@b.c/x", "/home/me/ws/files/Users/a@b.c/x"),
        ("file:/tmp/x", "/tmp/x"),
        ("file:///tmp/x", "/tmp/x"),
        ("file://localhost/tmp/x", "/tmp/x"),
        ("file:/dbfs/a", "/home/me/ws/dbfs/a"),
        ("file:/Workspace/a", "/home/me/ws/files/a"),
        ("file:/Volumes/a/b", "/home/me/ws/volumes/a/b"),
        ("abfss://c@acct.dfs.core.windows.net/p/q", "/home/me/ws/storage/acct/c/p/q"),
        ("abfs://c@acct.dfs.core.windows.net", "/home/me/ws/storage/acct/c"),
        ("wasbs://c@acct.blob.core.windows.net/p", "/home/me/ws/storage/acct/c/p"),
        ("wasb://c@acct.blob.core.windows.net/p", "/home/me/ws/storage/acct/c/p"),
        ("abfss://c@acct.dfs.core.windows.net/100%25 a b", "/home/me/ws/storage/acct/c/100%25 a b"),
    ],
)
def test_to_local(uri: str, local: str) -> None:
    assert MAP.to_local(uri) == local


@pytest.mark.parametrize(
    ("path", "local"),
    [
        ("/dbfs/a", "/home/me/ws/dbfs/a"),
        ("/dbfs/Volumes/a/b", "/home/me/ws/volumes/a/b"),
        ("/Workspace/a", "/home/me/ws/files/a"),
        ("/Volumes/a", "/home/me/ws/volumes/a"),
        ("/tmp/a", "/tmp/a"),
        ("dbfs:/tmp/a", "/home/me/ws/dbfs/tmp/a"),
    ],
)
def test_to_local_as_python_sees_it(path: str, local: str) -> None:
    assert MAP.to_local(path, bare_is_dbfs=False) == local


@pytest.mark.parametrize(
    "uri",
    [
        "dbfs:/../x",
        "/a/../../x",
        "/Volumes/../x/../..",
        "/Workspace/a/../../b",
        "abfss://c@acct.dfs.core.windows.net/../../x",
        "file:/dbfs/../..",
    ],
)
def test_no_path_leaves_its_root(uri: str) -> None:
    with pytest.raises(PathEscapeError, match=r"\.\."):
        MAP.to_local(uri)


def test_volumes_are_no_way_back_into_dbfs() -> None:
    with pytest.raises(PathEscapeError, match="/Volumes"):
        MAP.to_local("/Volumes/../etc")


@pytest.mark.parametrize("scheme", ["s3", "s3a", "gs", "https", "hdfs"])
def test_foreign_schemes_are_named(scheme: str) -> None:
    uri = f"{scheme}://bucket/x"
    assert MAP.is_foreign(uri)
    with pytest.raises(UnsupportedSchemeError, match=f"'{scheme}'"):
        MAP.to_local(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "a/b",
        "dbfs:a",
        "dbfs://host/a",
        "abfss://acct.dfs.core.windows.net/x",
        "abfss:/x",
        "abfss://c@../x",
        "/a\0b",
    ],
)
def test_malformed_paths_are_refused(uri: str) -> None:
    with pytest.raises(PathMappingError):
        MAP.to_local(uri)


def test_the_longest_mount_wins() -> None:
    mounted = MAP.with_mounts(
        {
            "/mnt/data": "abfss://c@acct.dfs.core.windows.net/base/",
            "/mnt/data/inner/": "dbfs:/elsewhere",
        }
    )
    assert mounted.to_local("/mnt/data/x") == "/home/me/ws/storage/acct/c/base/x"
    assert mounted.to_local("dbfs:/mnt/data/inner/y") == "/home/me/ws/dbfs/elsewhere/y"
    assert mounted.to_local("/mnt/database") == "/home/me/ws/dbfs/mnt/database"
    assert mounted.to_local("file:/dbfs/mnt/data/x") == "/home/me/ws/storage/acct/c/base/x"
    assert MAP.to_local("/mnt/data/x") == "/home/me/ws/dbfs/mnt/data/x"


def test_mounts_in_a_circle_are_refused() -> None:
    circle = MAP.with_mounts({"/mnt/a": "dbfs:/mnt/b", "/mnt/b": "dbfs:/mnt/a"})
    with pytest.raises(PathMappingError, match="circle"):
        circle.to_local("/mnt/a/x")


@pytest.mark.parametrize("point", ["mnt/a", "/", ""])
def test_bad_mount_points_are_refused(point: str) -> None:
    with pytest.raises(PathMappingError, match="mount point"):
        MAP.with_mounts({point: "dbfs:/x"})


_PIECES = st.lists(
    st.sampled_from(
        ["..", ".", "", "a", "b c", "%2e%2e", "Volumes", "Workspace", "dbfs", "mnt", "m"]
    )
    | st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), max_size=5),
    max_size=8,
)
_PREFIXES = st.sampled_from(
    [
        "/",
        "dbfs:/",
        "dbfs:///",
        "/Volumes/",
        "/Workspace/",
        "/mnt/m/",
        "file:/dbfs/",
        "file:/Workspace/",
        "abfss://c@acct.dfs.core.windows.net/",
        "wasbs://c@acct.blob.core.windows.net/",
    ]
)


@given(prefix=_PREFIXES, pieces=_PIECES)
def test_any_path_stays_below_the_roots(prefix: str, pieces: list[str]) -> None:
    mounted = MAP.with_mounts({"/mnt/m": "abfss://k@other.dfs.core.windows.net/in"})
    try:
        local = mounted.to_local(prefix + "/".join(pieces))
    except PathMappingError:
        return
    assert local == posixpath.normpath(local)
    allowed = [ROOTS.dbfs, ROOTS.workspace, ROOTS.volumes, ROOTS.storage / "acct" / "c"]
    allowed.append(ROOTS.storage / "other" / "k")
    assert any(local == str(root) or local.startswith(f"{root}/") for root in allowed)
