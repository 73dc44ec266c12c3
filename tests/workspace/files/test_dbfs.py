from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue, NotFound, ResourceAlreadyExists
from databricks.sdk.errors.base import DatabricksError

from brickyard.workspace.files import DbfsService
from brickyard.workspace.files.dbfs import MAX_BLOCK
from brickyard.workspace.home import Home


@pytest.fixture
def served(serve: Any, home: Home) -> Any:
    return serve(DbfsService(home))


@pytest.fixture
def sdk(served: Any) -> WorkspaceClient:
    client: WorkspaceClient = served.sdk()
    return client


@pytest.fixture
def post(served: Any) -> Callable[..., httpx.Response]:
    def call(name: str, **fields: object) -> httpx.Response:
        with served.http() as http:
            reply: httpx.Response = http.post(f"/api/2.0/dbfs/{name}", json=fields)
        return reply

    return call


MISSING = "RESOURCE_DOES_NOT_EXIST"
TOO_LARGE = base64.b64encode(b"x" * (MAX_BLOCK + 1)).decode()


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def test_a_large_file_goes_up_in_blocks_and_comes_back(sdk: WorkspaceClient, home: Home) -> None:
    content = bytes(range(256)) * 10_000  # 2.4 MiB: three blocks
    sdk.dbfs.upload("/deep/er/file.bin", io.BytesIO(content))
    assert (home.dbfs / "deep/er/file.bin").read_bytes() == content
    assert sdk.dbfs.download("dbfs:/deep/er/file.bin").read() == content


def test_a_file_appears_only_when_its_stream_is_closed(sdk: WorkspaceClient, home: Home) -> None:
    handle = sdk.dbfs.create("/x").handle
    assert handle is not None
    sdk.dbfs.add_block(handle, encoded(b"one"))
    assert not (home.dbfs / "x").exists()
    sdk.dbfs.close(handle)
    assert (home.dbfs / "x").read_bytes() == b"one"
    with pytest.raises(NotFound, match="No open stream has the handle"):
        sdk.dbfs.close(handle)


def test_status_and_lists_show_size_and_time(sdk: WorkspaceClient, home: Home) -> None:
    sdk.dbfs.put("/a/one.txt", contents=encoded(b"hello"))
    sdk.dbfs.mkdirs("/a/sub")
    status = sdk.dbfs.get_status("dbfs:/a/one.txt")
    on_disk = (home.dbfs / "a/one.txt").stat()
    assert (status.path, status.is_dir, status.file_size) == ("/a/one.txt", False, 5)
    assert status.modification_time == on_disk.st_mtime_ns // 1_000_000
    found = [(f.path, f.is_dir, f.file_size) for f in sdk.dbfs.list("/a")]
    assert found == [("/a/one.txt", False, 5), ("/a/sub", True, 0)]
    assert [f.path for f in sdk.dbfs.list("/a/one.txt")] == ["/a/one.txt"]
    assert list(sdk.dbfs.list("/a/sub")) == []
    assert sdk.dbfs.get_status("/").is_dir is True


def test_reads_of_a_part(sdk: WorkspaceClient) -> None:
    sdk.dbfs.put("/f", contents=encoded(b"0123456789"))
    part = sdk.dbfs.read("/f", offset=3, length=4)
    assert (part.bytes_read, base64.b64decode(part.data or "")) == (4, b"3456")
    assert sdk.dbfs.read("/f", offset=8, length=100).bytes_read == 2
    assert sdk.dbfs.read("/f", offset=99).bytes_read == 0


def test_a_read_without_length_gives_half_a_megabyte(served: Any, home: Home) -> None:
    (home.dbfs / "f").write_bytes(b"x" * MAX_BLOCK)
    with served.http() as http:
        reply = http.get("/api/2.0/dbfs/read", params={"path": "/f"}).json()
    assert reply["bytes_read"] == MAX_BLOCK // 2


def test_moves_and_deletes(sdk: WorkspaceClient, home: Home) -> None:
    sdk.dbfs.put("/a/f", contents=encoded(b"f"))
    sdk.dbfs.mkdirs("/b")
    sdk.dbfs.move("/a/f", "/a/g")
    sdk.dbfs.move("/a", "/b")
    assert (home.dbfs / "b/a/g").read_bytes() == b"f"
    with pytest.raises(DatabricksError) as caught:
        sdk.api_client.do("POST", "/api/2.0/dbfs/delete", body={"path": "/b"})
    assert caught.value.error_code == "IO_ERROR"
    sdk.dbfs.delete("/b", recursive=True)
    assert list(home.dbfs.iterdir()) == []


@pytest.mark.parametrize(
    ("call", "fields", "status", "code"),
    [
        ("put", {"path": "/f", "contents": ""}, 400, "RESOURCE_ALREADY_EXISTS"),
        ("put", {"path": "/d", "overwrite": True}, 400, "RESOURCE_ALREADY_EXISTS"),
        ("put", {"path": "/f/below"}, 400, "RESOURCE_ALREADY_EXISTS"),
        ("put", {"path": "/x", "contents": "no base64!"}, 400, "MALFORMED_REQUEST"),
        (
            "put",
            {"path": "/x", "contents": TOO_LARGE},
            400,
            "MAX_BLOCK_SIZE_EXCEEDED",
        ),
        ("put", {"path": "x"}, 400, "INVALID_PARAMETER_VALUE"),
        ("put", {}, 400, "INVALID_PARAMETER_VALUE"),
        ("put", {"path": "/Volumes/a/b/c/x"}, 400, "INVALID_PARAMETER_VALUE"),
        ("create", {"path": "/f"}, 400, "RESOURCE_ALREADY_EXISTS"),
        ("add-block", {"handle": 7, "data": ""}, 404, MISSING),
        ("add-block", {"handle": "seven", "data": ""}, 400, "MALFORMED_REQUEST"),
        ("mkdirs", {"path": "/f"}, 400, "RESOURCE_ALREADY_EXISTS"),
        ("mkdirs", {"path": "/f/below"}, 400, "RESOURCE_ALREADY_EXISTS"),
        ("delete", {"path": "/none"}, 404, MISSING),
        ("delete", {"path": "/", "recursive": True}, 400, "INVALID_PARAMETER_VALUE"),
        ("delete", {"path": "/../x", "recursive": True}, 400, "INVALID_PARAMETER_VALUE"),
        (
            "move",
            {"source_path": "/none", "destination_path": "/x"},
            404,
            "RESOURCE_DOES_NOT_EXIST",
        ),
        ("move", {"source_path": "/d", "destination_path": "/f"}, 400, "RESOURCE_ALREADY_EXISTS"),
        ("move", {"source_path": "/d", "destination_path": "/d/e"}, 400, "INVALID_PARAMETER_VALUE"),
        (
            "move",
            {"source_path": "/f", "destination_path": "/no/x"},
            404,
            "RESOURCE_DOES_NOT_EXIST",
        ),
    ],
)
def test_refusals(
    post: Callable[..., httpx.Response], home: Home, call: str, fields: Any, status: int, code: str
) -> None:
    (home.dbfs / "f").write_text("kept")
    (home.dbfs / "d").mkdir()
    reply = post(call, **fields)
    assert (reply.status_code, reply.json()["error_code"]) == (status, code)
    assert sorted(file.name for file in home.dbfs.iterdir()) == ["d", "f"]
    assert (home.dbfs / "f").read_text() == "kept"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"path": "/f", "length": MAX_BLOCK + 1}, "MAX_READ_SIZE_EXCEEDED"),
        ({"path": "/f", "length": -1}, "INVALID_PARAMETER_VALUE"),
        ({"path": "/f", "offset": -1}, "INVALID_PARAMETER_VALUE"),
        ({"path": "/"}, "INVALID_PARAMETER_VALUE"),
    ],
)
def test_reads_that_are_refused(served: Any, home: Home, fields: Any, code: str) -> None:
    (home.dbfs / "f").write_text("x")
    with served.http() as http:
        reply = http.get("/api/2.0/dbfs/read", params=fields)
    assert (reply.status_code, reply.json()["error_code"]) == (400, code)


def test_the_sdk_gets_the_errors_it_knows(sdk: WorkspaceClient) -> None:
    sdk.dbfs.put("/f", contents="")
    with pytest.raises(ResourceAlreadyExists):
        sdk.dbfs.create("/f")
    with pytest.raises(NotFound, match="No file or directory exists on path /none"):
        sdk.dbfs.get_status("/none")
    with pytest.raises(InvalidParameterValue, match="use the Files API"):
        sdk.dbfs.get_status("/Volumes/a/b/c")


def test_an_overwriting_stream_replaces_the_file_at_its_end(
    sdk: WorkspaceClient, home: Home
) -> None:
    (home.dbfs / "f").write_text("old")
    with sdk.dbfs.open("/f", write=True, overwrite=True) as stream:
        stream.write(b"new")
        assert (home.dbfs / "f").read_text() == "old"
    assert (home.dbfs / "f").read_text() == "new"


def test_put_as_a_form_takes_more_than_a_block(served: Any, home: Home) -> None:
    content = b"x" * (3 * MAX_BLOCK)
    with served.http() as http:
        reply = http.post(
            "/api/2.0/dbfs/put",
            data={"path": "/form.bin", "overwrite": "True"},
            files={"contents": ("form.bin", content)},
        )
    assert (reply.status_code, reply.json()) == (200, {})
    assert (home.dbfs / "form.bin").read_bytes() == content


def test_get_with_a_json_body_as_dbx_sends_it(served: Any, home: Home) -> None:
    (home.dbfs / "f").write_text("x")
    with served.http() as http:
        reply = http.request("GET", "/api/2.0/dbfs/get-status", json={"path": "dbfs:/f"})
    assert reply.json()["file_size"] == 1


def test_whole_files_as_mlflow_moves_them(served: Any, home: Home) -> None:
    with served.http() as http:
        up = "/dbfs/mlflow-experiments/1/projects-code/abc.tar.gz"
        assert http.post(up, content=b"tar").status_code == 200
        assert http.post(up, content=b"again").status_code == 409
        assert http.get(up).content == b"tar"
        assert http.get("/dbfs/none").status_code == 404
    assert (home.dbfs / "mlflow-experiments/1/projects-code/abc.tar.gz").read_bytes() == b"tar"


def test_a_link_out_of_dbfs_is_neither_listed_nor_followed(
    sdk: WorkspaceClient, home: Home
) -> None:
    (home.dbfs / "out").symlink_to(home.root)
    (home.dbfs / "loop").symlink_to("loop")
    assert list(sdk.dbfs.list("/")) == []
    with pytest.raises(DatabricksError, match="leads out of its root"):
        sdk.dbfs.read("/out/token")
