"""The Workspace API, driven by the official SDK over HTTP."""

from __future__ import annotations

import base64
import io
import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import httpx
import pytest
from databricks.sdk import WorkspaceClient, errors
from databricks.sdk.core import DatabricksError
from databricks.sdk.errors import (
    BadRequest,
    InvalidParameterValue,
    NotFound,
    ResourceAlreadyExists,
)
from databricks.sdk.service.workspace import (
    ExportFormat,
    ImportFormat,
    Language,
    ObjectInfo,
    ObjectType,
)

from brickyard.workspace.home import Home
from brickyard.workspace.notebooks import WorkspaceService

if TYPE_CHECKING:
    from tests.workspace.conftest import Serve, Served

USER = "ada@example.com"

HEADER = b"# Databricks notebook source\n"
NOTEBOOK = HEADER + b"print(1)\n"


@pytest.fixture
def server(serve: Serve, home: Home) -> Served:
    return serve(WorkspaceService(home))


@pytest.fixture
def w(server: Served) -> WorkspaceClient:
    return server.sdk()


@pytest.fixture
def http(server: Served) -> Iterator[httpx.Client]:
    with server.http() as client:
        yield client


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def put(w: WorkspaceClient, path: str, content: bytes = NOTEBOOK) -> None:
    w.workspace.import_(
        path, content=encoded(content), format=ImportFormat.SOURCE, language=Language.PYTHON
    )


def test_imported_notebook_is_a_real_file_and_comes_back_the_same(
    w: WorkspaceClient, home: Home
) -> None:
    put(w, "/Shared/train")
    assert (home.workspace / "Shared/train").read_bytes() == NOTEBOOK
    exported = w.workspace.export("/Shared/train", format=ExportFormat.SOURCE)
    assert exported.content == encoded(NOTEBOOK)
    assert exported.file_type == "py"
    assert w.workspace.download("/Workspace/Shared/train").read() == NOTEBOOK


def test_source_without_header_gets_one(w: WorkspaceClient, home: Home) -> None:
    w.workspace.upload("/Shared/q", b"select 1\n", language=Language.SQL)
    assert (
        home.workspace / "Shared/q"
    ).read_bytes() == b"-- Databricks notebook source\nselect 1\n"
    info = w.workspace.get_status("/Shared/q")
    assert (info.object_type, info.language) == (ObjectType.NOTEBOOK, Language.SQL)


def test_upload_of_source_keeps_the_path_and_takes_language_from_its_suffix(
    w: WorkspaceClient,
) -> None:
    w.workspace.upload("/Shared/etl.py", io.BytesIO(b"print(1)"))
    info = w.workspace.get_status("/Shared/etl.py")
    assert (info.object_type, info.language) == (ObjectType.NOTEBOOK, Language.PYTHON)


def test_auto_makes_a_notebook_by_extension_and_header_and_drops_the_extension(
    w: WorkspaceClient,
) -> None:
    w.workspace.upload("/Shared/a.py", NOTEBOOK, format=ImportFormat.AUTO)
    w.workspace.upload("/Shared/b.py", b"print(1)\n", format=ImportFormat.AUTO)
    w.workspace.upload("/Shared/c.sql", NOTEBOOK, format=ImportFormat.AUTO)
    w.workspace.upload("/Shared/d.bin", b"\x00\xff", format=ImportFormat.AUTO)
    found = {each.path: each.object_type for each in w.workspace.list("/Shared")}
    assert found == {
        "/Shared/a": ObjectType.NOTEBOOK,
        "/Shared/b.py": ObjectType.FILE,
        # Its header is Python's, its extension SQL's: a plain file to AUTO, a notebook by content.
        "/Shared/c.sql": ObjectType.NOTEBOOK,
        "/Shared/d.bin": ObjectType.FILE,
    }
    assert w.workspace.download("/Shared/d.bin").read() == b"\x00\xff"


def test_raw_keeps_name_and_bytes(w: WorkspaceClient) -> None:
    w.workspace.upload("/Shared/x.py", b"a\r\nb", format=ImportFormat.RAW)
    assert w.workspace.download("/Shared/x.py", format=ExportFormat.AUTO).read() == b"a\r\nb"
    assert w.workspace.get_status("/Shared/x.py").size == 4


def test_importing_twice_needs_overwrite_and_the_same_type(w: WorkspaceClient) -> None:
    put(w, "/Shared/n")
    with pytest.raises(ResourceAlreadyExists, match=r"Path \(/Shared/n\) already exists\."):
        put(w, "/Shared/n")
    w.workspace.upload("/Shared/n", b"print(2)", language=Language.PYTHON, overwrite=True)
    assert w.workspace.download("/Shared/n").read() == HEADER + b"print(2)"
    with pytest.raises(BadRequest, match=r"asked: FILE, actual: NOTEBOOK"):
        w.workspace.import_(
            "/Shared/n", content=encoded(b"text"), format=ImportFormat.AUTO, overwrite=True
        )
    w.workspace.mkdirs("/Shared/folder")
    with pytest.raises(DatabricksError, match=r"asked: NOTEBOOK, actual: DIRECTORY"):
        w.workspace.upload("/Shared/folder", NOTEBOOK, language=Language.PYTHON, overwrite=True)


def test_import_without_parent_is_refused(w: WorkspaceClient) -> None:
    with pytest.raises(NotFound, match=r"parent folder \(/Shared/none\) does not exist"):
        put(w, "/Shared/none/n")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"format": "SOURCE", "content": ""}, "needs a language"),
        ({"language": "JULIA", "content": ""}, "Language 'JULIA' is unknown"),
        ({"format": "Source", "content": ""}, "Format 'Source' is unknown. Known: AUTO,"),
        ({"language": "PYTHON", "content": "%%%"}, "not base64"),
        ({"language": "PYTHON"}, "Missing required field: content"),
        ({"language": "PYTHON", "content": encoded(b"\xff\xfe")}, "not UTF-8"),
        ({"language": "SQL", "content": encoded(NOTEBOOK)}, "starts as a PYTHON notebook"),
        ({"path": "Shared/x", "language": "PYTHON", "content": ""}, "must be absolute"),
        ({"path": "/Shared/../x", "language": "PYTHON", "content": ""}, "must not have '..'"),
        ({"path": f"/Shared/{'x' * 256}", "language": "PYTHON", "content": ""}, "at most 255"),
        ({"path": "/.brickyard/x", "language": "PYTHON", "content": ""}, "reserved"),
    ],
)
def test_bad_imports_are_refused(
    http: httpx.Client, home: Home, body: dict[str, str], message: str
) -> None:
    sent = json.dumps({"path": "/Shared/bad", **body})
    reply = http.post("/api/2.0/workspace/import", content=sent)
    assert reply.status_code == 400
    assert reply.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert message in reply.json()["message"]
    assert list((home.workspace / "Shared").iterdir()) == []


@pytest.mark.parametrize("form", ["DBC", "R_MARKDOWN"])
def test_other_formats_are_named_as_not_implemented(w: WorkspaceClient, form: str) -> None:
    put(w, "/Shared/n")
    with pytest.raises(errors.NotImplemented, match=f"Format {form}"):
        w.workspace.import_("/Shared/x", content="", format=ImportFormat(form))
    with pytest.raises(errors.NotImplemented, match=f"Format {form}"):
        w.workspace.export("/Shared/n", format=ExportFormat(form))


def test_more_than_ten_megabytes_are_refused(w: WorkspaceClient) -> None:
    with pytest.raises(DatabricksError) as caught:
        w.workspace.upload("/Shared/big", b"x" * (10 * 1024 * 1024 + 1), format=ImportFormat.RAW)
    assert caught.value.error_code == "MAX_NOTEBOOK_SIZE_EXCEEDED"


def test_status_of_each_type(w: WorkspaceClient, http: httpx.Client) -> None:
    put(w, "/Shared/n")
    w.workspace.upload("/Shared/f.txt", b"hello", format=ImportFormat.AUTO)
    notebook, file = w.workspace.get_status("/Shared/n"), w.workspace.get_status("/Shared/f.txt")
    folder = w.workspace.get_status("/Workspace/Shared/")
    assert (folder.object_type, folder.path) == (ObjectType.DIRECTORY, "/Shared")
    assert (file.object_type, file.size, file.language) == (ObjectType.FILE, 5, None)
    assert (notebook.size, notebook.path) == (None, "/Shared/n")
    assert notebook.created_at is not None
    assert notebook.modified_at is not None
    assert notebook.created_at <= notebook.modified_at
    ids = {notebook.object_id, file.object_id, folder.object_id}
    assert len(ids) == 3
    w.workspace.upload("/Shared/n", b"x", language=Language.PYTHON, overwrite=True)
    assert w.workspace.get_status("/Shared/n").object_id == notebook.object_id
    query = {"path": "/Shared/n", "return_export_info": "true"}
    reply = http.get("/api/2.0/workspace/get-status", params=query)
    assert reply.json()["repos_export_format"] == "SOURCE"


def test_missing_paths_are_not_found(w: WorkspaceClient) -> None:
    calls: list[Callable[[str], object]] = [
        w.workspace.get_status,
        w.workspace.delete,
        w.workspace.export,
        w.workspace.download,
        lambda path: list(w.workspace.list(path)),
    ]
    for call in calls:
        with pytest.raises(NotFound, match=r"Path \(/Shared/none\) doesn't exist\."):
            call("/Shared/none")


def test_listing(w: WorkspaceClient, http: httpx.Client) -> None:
    def paths(objects: Iterator[ObjectInfo]) -> list[str | None]:
        return [each.path for each in objects]

    assert {"/Shared", "/Users"} <= set(paths(w.workspace.list("/")))
    assert paths(w.workspace.list("/Users")) == [f"/Users/{USER}"]
    assert http.get("/api/2.0/workspace/list", params={"path": "/Shared"}).json() == {}
    w.workspace.mkdirs("/Shared/b/c")
    put(w, "/Shared/b/c/deep")
    put(w, "/Shared/a")
    assert paths(w.workspace.list("/Shared")) == ["/Shared/a", "/Shared/b"]
    assert paths(w.workspace.list("/Shared/a")) == ["/Shared/a"]
    assert paths(w.workspace.list("/Shared", recursive=True)) == ["/Shared/a", "/Shared/b/c/deep"]
    now = w.workspace.get_status("/Shared/a").modified_at
    assert paths(w.workspace.list("/Shared", notebooks_modified_after=now)) == ["/Shared/b"]


def test_mkdirs_makes_parents_and_refuses_to_pass_through_files(w: WorkspaceClient) -> None:
    w.workspace.mkdirs("/Repos/me/project")
    w.workspace.mkdirs("/Repos/me/project")
    assert w.workspace.get_status("/Repos/me/project").object_type == ObjectType.DIRECTORY
    put(w, "/Repos/me/n")
    with pytest.raises(ResourceAlreadyExists, match=r"\(/Repos/me/n\)"):
        w.workspace.mkdirs("/Repos/me/n/x")


def test_deletion(w: WorkspaceClient, home: Home) -> None:
    w.workspace.mkdirs("/Shared/empty")
    w.workspace.delete("/Shared/empty")
    w.workspace.mkdirs("/Shared/full")
    put(w, "/Shared/full/n")
    with pytest.raises(DatabricksError) as caught:
        w.workspace.delete("/Shared/full")
    assert caught.value.error_code == "DIRECTORY_NOT_EMPTY"
    w.workspace.delete("/Shared/full", recursive=True)
    assert list(w.workspace.list("/Shared")) == []
    assert list((home.workspace / ".brickyard").iterdir()) == []


@pytest.mark.parametrize("path", ["/", "/Users", "/Shared", "/Workspace", f"/Users/{USER}"])
def test_folders_of_the_workspace_itself_are_protected(w: WorkspaceClient, path: str) -> None:
    with pytest.raises(BadRequest, match="is protected"):
        w.workspace.delete(path, recursive=True)
    assert w.workspace.get_status(path).object_type == ObjectType.DIRECTORY


def test_export_of_a_folder_says_what_to_do(w: WorkspaceClient) -> None:
    with pytest.raises(errors.NotImplemented, match="one by one"):
        w.workspace.export("/Shared")


def import_file(http: httpx.Client, path: str, content: bytes, **query: str) -> httpx.Response:
    # As the CLI sends it: the path escaped, slashes too.
    escaped = path.lstrip("/").replace("/", "%2F")
    url = f"/api/2.0/workspace-files/import-file/{escaped}"
    return http.post(url, content=content, params=query)


def test_cli_file_upload_and_download(http: httpx.Client, home: Home) -> None:
    path = f"/Workspace/Users/{USER}/deploy.lock"
    assert import_file(http, path, b'{"ID": 1}').status_code == 200
    reply = http.get(f"/api/2.0/workspace-files/{path.lstrip('/')}")
    assert reply.json() == {"ID": 1}
    taken = import_file(http, path, b"{}", overwrite="false")
    assert (taken.status_code, taken.json()["error_code"]) == (409, "RESOURCE_ALREADY_EXISTS")
    assert import_file(http, path, b"{}", overwrite="true").status_code == 200
    assert (home.workspace / "Users" / USER / "deploy.lock").read_bytes() == b"{}"
    assert import_file(http, "/Shared/none/x", b"").status_code == 404
    assert http.get("/api/2.0/workspace-files/Shared/none").status_code == 404


def test_cli_upload_of_a_notebook(http: httpx.Client, w: WorkspaceClient) -> None:
    assert import_file(http, "/Shared/nb.py", NOTEBOOK).status_code == 200
    assert w.workspace.get_status("/Shared/nb").object_type == ObjectType.NOTEBOOK
    again = import_file(http, "/Shared/nb.py", NOTEBOOK)
    assert again.status_code == 400
    assert again.json()["message"] == "Path (/Shared/nb) already exists."
    file_there = import_file(http, "/Shared/nb", b"text", overwrite="true")
    assert file_there.status_code == 400
    assert "asked: FILE, actual: NOTEBOOK" in file_there.json()["message"]


def test_cli_upload_may_be_larger_than_an_import_unless_it_is_a_notebook(
    http: httpx.Client, w: WorkspaceClient, home: Home
) -> None:
    big = b"x" * (11 * 1024 * 1024)
    assert import_file(http, "/Shared/big.bin", big).status_code == 200
    assert w.workspace.get_status("/Shared/big.bin").size == len(big)
    reply = import_file(http, "/Shared/big.py", HEADER + big)
    assert reply.json()["error_code"] == "MAX_NOTEBOOK_SIZE_EXCEEDED"
    with pytest.raises(DatabricksError, match="workspace-files"):
        w.workspace.export("/Shared/big.bin")
    assert http.get("/api/2.0/workspace-files/Shared/big.bin").content == big
    assert list((home.workspace / ".brickyard").iterdir()) == []


def test_invalid_parameter_is_the_sdks_own_error(w: WorkspaceClient) -> None:
    with pytest.raises(InvalidParameterValue):
        w.workspace.get_status("relative")


def test_upload_that_breaks_off_leaves_nothing(server: Served, home: Home) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    aside = home.workspace / ".brickyard"
    head = (
        "POST /api/2.0/workspace-files/import-file/Shared%2Fhalf HTTP/1.1\r\n"
        f"Host: {host}\r\nAuthorization: Bearer {server.token}\r\nContent-Length: 1000\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + b"half of it")
        while not list(aside.iterdir()):
            time.sleep(0.001)  # until the server has begun to write
    while list(aside.iterdir()):
        time.sleep(0.001)  # until it has noticed
    assert not (home.workspace / "Shared/half").exists()
