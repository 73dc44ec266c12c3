from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import AlreadyExists, InvalidParameterValue, NotFound

from brickyard.workspace.files import FilesService
from brickyard.workspace.home import Home

VOLUME = "/Volumes/main/default/data"


@pytest.fixture
def served(serve: Any, home: Home) -> Any:
    return serve(FilesService(home))


@pytest.fixture
def sdk(served: Any) -> WorkspaceClient:
    client: WorkspaceClient = served.sdk()
    return client


@pytest.fixture
def http(served: Any) -> Iterator[httpx.Client]:
    with served.http() as client:
        yield client


def read(sdk: WorkspaceClient, path: str) -> bytes:
    contents = sdk.files.download(path).contents
    assert contents is not None
    return contents.read()


def test_upload_makes_parents_and_download_gives_it_back(sdk: WorkspaceClient, home: Home) -> None:
    sdk.files.upload(f"{VOLUME}/a/ü ö%.csv", io.BytesIO(b"a,b\n"))
    assert (home.volumes / "main/default/data/a/ü ö%.csv").read_bytes() == b"a,b\n"
    assert read(sdk, f"{VOLUME}/a/ü ö%.csv") == b"a,b\n"
    meta = sdk.files.get_metadata(f"{VOLUME}/a/ü ö%.csv")
    assert (meta.content_length, meta.content_type) == (4, "application/octet-stream")


def test_overwrite(sdk: WorkspaceClient) -> None:
    sdk.files.upload(f"{VOLUME}/f", io.BytesIO(b"1"))
    with pytest.raises(AlreadyExists, match=f"{VOLUME}/f exists already"):
        sdk.files.upload(f"{VOLUME}/f", io.BytesIO(b"2"), overwrite=False)
    assert read(sdk, f"{VOLUME}/f") == b"1"
    sdk.files.upload(f"{VOLUME}/f", io.BytesIO(b"3"))
    assert read(sdk, f"{VOLUME}/f") == b"3"


def test_a_large_file_falls_back_from_parts_to_one_stream(
    sdk: WorkspaceClient, home: Home, tmp_path: Path
) -> None:
    source = tmp_path / "large"
    source.write_bytes(os.urandom(1 << 20) * 51)  # the SDK uses parts from 50 MiB on
    sdk.files.upload_from(f"{VOLUME}/large", str(source))
    assert (home.volumes / "main/default/data/large").read_bytes() == source.read_bytes()
    sdk.files.download_to(f"{VOLUME}/large", str(tmp_path / "back"), use_parallel=True)
    assert (tmp_path / "back").read_bytes() == source.read_bytes()
    with pytest.raises(AlreadyExists):
        sdk.files.upload_from(f"{VOLUME}/large", str(source), overwrite=False)


def test_directories(sdk: WorkspaceClient, home: Home) -> None:
    sdk.files.create_directory(f"{VOLUME}/d/e")
    sdk.files.create_directory(f"{VOLUME}/d/e")
    sdk.files.upload(f"{VOLUME}/d/f", io.BytesIO(b"12"))
    sdk.files.get_directory_metadata(f"{VOLUME}/d")
    found = {e.name: e for e in sdk.files.list_directory_contents(f"{VOLUME}/d")}
    assert (found["e"].is_directory, found["e"].file_size) == (True, None)
    assert (found["f"].path, found["f"].file_size) == (f"{VOLUME}/d/f", 2)
    on_disk = (home.volumes / "main/default/data/d/f").stat()
    assert found["f"].last_modified == on_disk.st_mtime_ns // 1_000_000
    with pytest.raises(InvalidParameterValue, match="is not empty"):
        sdk.files.delete_directory(f"{VOLUME}/d")
    sdk.files.delete_directory(f"{VOLUME}/d/e")
    sdk.files.delete(f"{VOLUME}/d/f")
    sdk.files.delete_directory(f"{VOLUME}/d")
    with pytest.raises(NotFound):
        sdk.files.get_directory_metadata(f"{VOLUME}/d")


def test_pages_of_a_directory(sdk: WorkspaceClient, home: Home) -> None:
    folder = home.volumes / "main/default/data"
    folder.mkdir(parents=True)
    for number in range(7):
        (folder / f"f{number}").touch()
    entries = sdk.files.list_directory_contents(VOLUME, page_size=3)
    assert [entry.name for entry in entries] == [f"f{number}" for number in range(7)]


@pytest.mark.parametrize(
    ("value", "status", "content"),
    [
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-2", 206, b"89"),
        ("bytes=10-", 416, None),
        ("bytes=0-99", 206, b"0123456789"),
    ],
)
def test_ranges(
    http: httpx.Client, home: Home, value: str, status: int, content: bytes | None
) -> None:
    (home.volumes / "a/b/c").mkdir(parents=True)
    (home.volumes / "a/b/c/f").write_bytes(b"0123456789")
    reply = http.get("/api/2.0/fs/files/Volumes/a/b/c/f", headers={"Range": value})
    assert reply.status_code == status
    if content is None:
        assert reply.headers["content-range"] == "bytes */10"
    else:
        assert reply.content == content


def test_a_file_modified_since_is_not_resumed(http: httpx.Client, home: Home) -> None:
    (home.volumes / "a/b/c").mkdir(parents=True)
    file = home.volumes / "a/b/c/f"
    file.write_bytes(b"0123456789")
    modified = http.head("/api/2.0/fs/files/Volumes/a/b/c/f").headers["last-modified"]
    resume = {"Range": "bytes=5-", "If-Unmodified-Since": modified}
    assert http.get("/api/2.0/fs/files/Volumes/a/b/c/f", headers=resume).content == b"56789"
    later = file.stat().st_mtime + 10
    os.utime(file, (later, later))
    reply = http.get("/api/2.0/fs/files/Volumes/a/b/c/f", headers=resume)
    assert (reply.status_code, reply.json()["error_code"]) == (412, "FAILED_PRECONDITION")


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "files/Volumes/a/b/c/none", 404, "FILES_API_FILE_NOT_FOUND"),
        ("GET", "files/Volumes/a/b/c/d", 404, "FILES_API_FILE_NOT_FOUND"),
        ("DELETE", "files/Volumes/a/b/c/d", 404, "FILES_API_FILE_NOT_FOUND"),
        ("PUT", "files/Volumes/a/b/c/d", 409, "FILES_API_FILE_ALREADY_EXISTS"),
        ("PUT", "files/Volumes/a/b/c/f/below", 409, "FILES_API_FILE_ALREADY_EXISTS"),
        ("PUT", "directories/Volumes/a/b/c/f", 409, "FILES_API_FILE_ALREADY_EXISTS"),
        ("GET", "directories/Volumes/a/b/c/f", 404, "FILES_API_DIRECTORY_NOT_FOUND"),
        ("DELETE", "directories/Volumes/a/b/c/f", 404, "FILES_API_DIRECTORY_NOT_FOUND"),
        ("DELETE", "directories/Volumes/a/b/c/d", 400, "FILES_API_DIRECTORY_IS_NOT_EMPTY"),
    ],
)
def test_refusals_carry_a_reason(
    http: httpx.Client, home: Home, method: str, path: str, status: int, reason: str
) -> None:
    (home.volumes / "a/b/c/d/e").mkdir(parents=True)
    (home.volumes / "a/b/c/f").touch()
    reply = http.request(method, f"/api/2.0/fs/{path}")
    assert reply.status_code == status
    assert reply.json()["details"][0]["reason"] == reason


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "files/Volumes/a/b/c"),
        ("PUT", "files/etc/passwd"),
        ("GET", "files/Volumes/a/b/c/%2e%2e/%2e%2e/%2e%2e/%2e%2e/token"),
        ("PUT", "directories/Volumes/a"),
        ("GET", "directories/Volumes/a/b/c?page_size=1001"),
        ("GET", "directories/Volumes/a/b/c?page_token=%C3%BC"),
        ("POST", "files/Volumes/a/b/c/f?action=dance"),
        ("GET", "files/Volumes/a/b/c/f%00"),
    ],
)
def test_malformed_calls(http: httpx.Client, home: Home, method: str, path: str) -> None:
    (home.volumes / "a/b/c").mkdir(parents=True)
    (home.volumes / "a/b/c/f").touch()
    reply = http.request(method, f"/api/2.0/fs/{path}")
    assert (reply.status_code, reply.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_an_upload_that_breaks_off_leaves_nothing(http: httpx.Client, home: Home) -> None:
    def half() -> Iterator[bytes]:
        yield b"x" * 2_000_000
        raise ConnectionError("cable")

    with pytest.raises(ConnectionError):
        http.put(f"/api/2.0/fs/files{VOLUME}/f", content=half())
    uploads = home.root / "uploads" / "files"
    with pytest.raises(httpx.HTTPStatusError):
        http.get(f"/api/2.0/fs/files{VOLUME}/f").raise_for_status()
    for _ in range(200):
        if not list(uploads.iterdir()):
            return
        httpx.get(str(http.base_url))
    raise AssertionError(f"left behind: {list(uploads.iterdir())}")


def test_a_link_out_of_a_volume_is_neither_listed_nor_followed(
    http: httpx.Client, home: Home
) -> None:
    (home.volumes / "a/b/c").mkdir(parents=True)
    (home.volumes / "a/b/c/out").symlink_to(home.root)
    listed = http.get("/api/2.0/fs/directories/Volumes/a/b/c").json()
    assert listed == {"contents": []}
    assert http.get("/api/2.0/fs/files/Volumes/a/b/c/out/token").status_code == 403
