from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors.base import DatabricksError

from brickyard.workspace.files import DbfsService
from brickyard.workspace.files.mounts import Mounts
from brickyard.workspace.home import Home
from brickyard.workspace.store import Store

SOURCE = "wasbs://raw@lake.blob.core.windows.net/in"


@pytest.fixture
def mounts(home: Home, store: Store) -> Mounts:
    return Mounts(home, store)


@pytest.fixture
def served(serve: Any, home: Home, mounts: Mounts) -> Any:
    return serve(mounts, DbfsService(home, mounts=mounts))


@pytest.fixture
def http(served: Any) -> Iterator[httpx.Client]:
    with served.http() as client:
        yield client


@pytest.fixture
def sdk(served: Any) -> WorkspaceClient:
    client: WorkspaceClient = served.sdk()
    return client


def post(http: httpx.Client, call: str, **fields: Any) -> tuple[int, str]:
    reply = http.post(f"/api/2.0/brickyard/mounts/{call}", json=fields)
    return reply.status_code, reply.json().get("message", "")


def mount(http: httpx.Client, point: str = "/mnt/raw", **fields: Any) -> tuple[int, str]:
    return post(http, "set", **{"mount_point": point, "source": SOURCE, **fields})


def test_a_mount_shows_a_container_below_dbfs(http: httpx.Client, home: Home) -> None:
    assert mount(http, "dbfs:/mnt/raw/", encryption_type="sse") == (200, "")
    (home.dbfs / "mnt/raw/a").write_text("x")

    assert (home.storage / "lake/raw/in/a").read_text() == "x"
    assert http.get("/api/2.0/brickyard/mounts/list").json() == {
        "mounts": [{"mount_point": "/mnt/raw", "source": SOURCE, "encryption_type": "sse"}]
    }


def test_a_point_is_mounted_once_unless_it_is_updated(http: httpx.Client, home: Home) -> None:
    mount(http)
    assert mount(http) == (400, "Directory already mounted: /mnt/raw")
    for overlapping in ("/mnt", "/mnt/raw/deeper"):
        status, said = mount(http, overlapping)
        assert status == 400
        assert "Directory already mounted: /mnt/raw" in said
    other = "abfss://other@lake.dfs.core.windows.net/"
    assert mount(http, update=True, source=other) == (200, "")

    assert (home.dbfs / "mnt/raw").resolve() == (home.storage / "lake/other").resolve()


def test_unmounting_keeps_the_files(http: httpx.Client, home: Home) -> None:
    mount(http)
    (home.dbfs / "mnt/raw/a").write_text("x")
    assert post(http, "remove", mount_point="/mnt/raw") == (200, "")

    assert not (home.dbfs / "mnt/raw").exists()
    assert (home.storage / "lake/raw/in/a").read_text() == "x"
    assert post(http, "remove", mount_point="/mnt/raw") == (
        404,
        "Directory not mounted: /mnt/raw",
    )


@pytest.mark.parametrize("point", ["/", "mnt/x", "", "/mnt/../..", "dbfs:/", "//"])
def test_a_mount_point_must_be_a_path_of_dbfs(http: httpx.Client, point: str) -> None:
    status, _said = mount(http, point)

    assert status == 400


@pytest.mark.parametrize(
    "source", ["s3a://bucket", "dbfs:/x", "/x", "abfss://c@a.dfs.core.windows.net/../../x", "wasb:"]
)
def test_a_source_must_have_a_local_place(http: httpx.Client, home: Home, source: str) -> None:
    status, _said = mount(http, source=source)

    assert status == 400
    assert not (home.dbfs / "mnt/raw").is_symlink()


def test_files_are_not_hidden_by_a_mount(http: httpx.Client, home: Home) -> None:
    (home.dbfs / "mnt/raw").mkdir(parents=True)
    (home.dbfs / "mnt/raw/kept").touch()
    status, said = mount(http)

    assert status == 400
    assert "holds files of DBFS" in said
    (home.dbfs / "mnt/raw/kept").unlink()
    assert mount(http) == (200, "")


def test_a_link_out_of_dbfs_is_no_way_for_a_mount(http: httpx.Client, home: Home) -> None:
    (home.dbfs / "out").symlink_to(home.root)
    status, _said = mount(http, "/out/x")

    assert status == 403
    assert not (home.root / "x").is_symlink()


def test_links_are_put_right_by_a_later_server(
    http: httpx.Client, home: Home, store: Store
) -> None:
    mount(http)
    mount(http, "/mnt/turned")
    (home.dbfs / "mnt/raw").unlink()
    (home.dbfs / "mnt/turned").unlink()
    (home.dbfs / "mnt/turned").symlink_to("/nowhere")
    Mounts(home, store).restore()

    for name in ("raw", "turned"):
        assert (home.dbfs / "mnt" / name).resolve() == (home.storage / "lake/raw/in").resolve()


def test_a_later_server_starts_whatever_became_of_the_links(
    http: httpx.Client, home: Home, store: Store
) -> None:
    for name in ("folder", "file", "above/x", "out", "wiped"):
        mount(http, f"/mnt/{name}", source=f"wasbs://raw@lake.blob.core.windows.net/{name[:3]}")
    for name in ("folder", "file", "above/x", "wiped"):
        (home.dbfs / "mnt" / name).unlink()
    (home.dbfs / "mnt/folder").mkdir()
    (home.dbfs / "mnt/folder/kept").touch()
    (home.dbfs / "mnt/file").touch()
    (home.dbfs / "mnt/above").rmdir()
    (home.dbfs / "mnt/above").symlink_to(home.root)
    (home.storage / "lake/raw/out").rmdir()
    (home.storage / "lake/raw/out").symlink_to(home.root)
    Mounts(home, store).restore()

    assert (home.dbfs / "mnt/folder/kept").exists()
    assert not (home.root / "x").exists()
    assert (home.dbfs / "mnt/wiped").resolve() == (home.storage / "lake/raw/wip").resolve()


def test_a_container_that_leads_elsewhere_cannot_be_mounted(http: httpx.Client, home: Home) -> None:
    (home.storage / "lake").mkdir()
    (home.storage / "lake/raw").symlink_to(home.root)
    assert mount(http)[0] == 400
    assert mount(http, source=f"wasbs://c@lake.blob.core.windows.net/{'x' * 300}")[0] == 400
    assert not (home.dbfs / "mnt/raw").is_symlink()


def test_the_dbfs_api_sees_mounts(http: httpx.Client, sdk: WorkspaceClient, home: Home) -> None:
    mount(http)
    sdk.dbfs.put("/mnt/raw/a", contents=base64.b64encode(b"x").decode())
    with sdk.dbfs.open("/mnt/raw/b", write=True) as stream:
        stream.write(b"yy")
    (home.storage / "lake/raw/in/out").symlink_to(home.root)

    assert (home.storage / "lake/raw/in/a").read_bytes() == b"x"
    assert [(f.path, f.file_size) for f in sdk.dbfs.list("/mnt/raw")] == [
        ("/mnt/raw/a", 1),
        ("/mnt/raw/b", 2),
    ]
    assert [(f.path, f.is_dir) for f in sdk.dbfs.list("/mnt")] == [("/mnt/raw", True)]
    for path in ("/mnt/raw", "/mnt"):
        with pytest.raises(DatabricksError, match="root path"):
            sdk.dbfs.delete(path, recursive=True)
    with pytest.raises(DatabricksError, match="leads out of its root"):
        sdk.dbfs.get_status("/mnt/raw/out/token")
    sdk.dbfs.delete("/mnt/raw/a")
    assert not (home.storage / "lake/raw/in/a").exists()
