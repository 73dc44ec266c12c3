"""The Libraries API, driven by the official SDK over HTTP, with the real uv behind it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue
from databricks.sdk.service.compute import (
    Library,
    LibraryFullStatus,
    LibraryInstallStatus,
    MavenLibrary,
    PythonPyPiLibrary,
    RCranLibrary,
)

from brickyard.workspace.compute.environments import Environments
from brickyard.workspace.compute.libraries import ClusterLibraries, LibrariesService
from brickyard.workspace.compute.service import ClustersService
from brickyard.workspace.home import Home
from brickyard.workspace.store import Store
from tests.support.wheels import tiny_wheel

if TYPE_CHECKING:
    from tests.workspace.conftest import Serve, Served

INSTALLED = LibraryInstallStatus.INSTALLED
FAILED = LibraryInstallStatus.FAILED
PENDING = LibraryInstallStatus.PENDING
REMOVED = LibraryInstallStatus.UNINSTALL_ON_RESTART
ON_ITS_WAY = (PENDING, LibraryInstallStatus.RESOLVING, LibraryInstallStatus.INSTALLING)

Settle = Callable[[], list[LibraryFullStatus]]


@pytest.fixture
def libraries(store: Store, home: Home) -> Iterator[ClusterLibraries]:
    variables = {**os.environ, "UV_OFFLINE": "1", "UV_NO_INDEX": "1"}
    environments = Environments(home.environments, variables)
    made = ClusterLibraries(
        store, environments, lambda address: address.replace("dbfs:", str(home.dbfs))
    )
    yield made
    rest(made)  # before the store is closed


def rest(libraries: ClusterLibraries) -> None:
    """Wait until the server's thread has nothing to do, for the store is not for two threads."""
    deadline = time.monotonic() + 60
    while libraries._workers:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def server(serve: Serve, store: Store, libraries: ClusterLibraries) -> Served:
    clusters = ClustersService(store, on_started=libraries.refresh)
    return serve(clusters, LibrariesService(libraries))


@pytest.fixture
def w(server: Served) -> WorkspaceClient:
    return server.sdk()


@pytest.fixture
def cluster_id(w: WorkspaceClient) -> str:
    made = w.clusters.create(
        spark_version="16.4.x-scala2.12", node_type_id="Standard_DS3_v2", num_workers=0
    )
    assert made.cluster_id
    return made.cluster_id


@pytest.fixture
def settle(w: WorkspaceClient, cluster_id: str) -> Settle:
    """The statuses when nothing is on its way any more."""

    def settle() -> list[LibraryFullStatus]:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = list(w.libraries.cluster_status(cluster_id))
            if not any(each.status in ON_ITS_WAY for each in found):
                return found
            time.sleep(0.01)
        raise AssertionError("The libraries never settled.")

    return settle


def wheel(home: Home, version: str, name: str = "tiny") -> Library:
    return Library(whl=f"dbfs:/{tiny_wheel(home.dbfs, version, name).name}")


def test_libraries_are_installed_in_order_and_failures_stay_alone(
    w: WorkspaceClient, cluster_id: str, home: Home, settle: Settle
) -> None:
    wanted = [
        wheel(home, "1.0"),
        Library(pypi=PythonPyPiLibrary(package="nosuch==3.0")),
        Library(maven=MavenLibrary(coordinates="a:b:1")),
        Library(jar="dbfs:/x.jar"),
        Library(egg="dbfs:/x.egg"),
        Library(cran=RCranLibrary(package="forecast")),
        Library(whl="dbfs:/missing-1.0-py3-none-any.whl"),
        Library(whl="s3://bucket/x-1.0-py3-none-any.whl"),
        Library(requirements="dbfs:/requirements.txt"),
        Library(pypi=PythonPyPiLibrary(package="--editable /x")),
        wheel(home, "1.0", "other"),
    ]
    w.libraries.install(cluster_id, wanted)
    found = settle()

    assert [each.library for each in found] == wanted
    assert [each.status for each in found] == [INSTALLED, *[FAILED] * 9, INSTALLED]
    said = [" ".join(each.messages or []) for each in found]
    assert "nosuch was not found" in said[1]
    assert "A maven library cannot be installed: the local workspace has no JVM." in said[2]
    assert "A jar library cannot be installed: the local workspace has no JVM." in said[3]
    assert "Egg libraries are not supported" in said[4]
    assert "has no R" in said[5]
    assert "dbfs:/missing-1.0-py3-none-any.whl does not exist" in said[6]
    assert "is not where such a library can come from" in said[7]
    assert "is not where such a library can come from" in said[8]
    assert "is not a package of PyPI" in said[9]
    (other,) = w.libraries.all_cluster_statuses()
    assert other.cluster_id == cluster_id
    assert other.library_statuses == found


def test_a_failed_library_is_tried_again_when_it_is_asked_for_again(
    w: WorkspaceClient, cluster_id: str, home: Home, settle: Settle
) -> None:
    missing = Library(whl="dbfs:/tiny-1.0-py3-none-any.whl")
    w.libraries.install(cluster_id, [missing])
    assert [each.status for each in settle()] == [FAILED]

    w.libraries.install(cluster_id, [wheel(home, "1.0")])
    assert [(each.library, each.status) for each in settle()] == [(missing, INSTALLED)]


def test_uninstalling_waits_for_the_restart_of_a_running_cluster_only(
    w: WorkspaceClient, cluster_id: str, home: Home, settle: Settle
) -> None:
    first, second = wheel(home, "1.0"), wheel(home, "1.0", "other")
    w.libraries.install(cluster_id, [first, second])
    settle()

    w.libraries.uninstall(cluster_id, [first, wheel(home, "9.0")])
    found = settle()
    assert [(each.library, each.status) for each in found] == [
        (second, INSTALLED),
        (first, REMOVED),
    ]
    w.libraries.install(cluster_id, [first])  # on second thoughts
    assert [each.status for each in settle()] == [INSTALLED, INSTALLED]
    w.libraries.uninstall(cluster_id, [first])
    w.clusters.restart(cluster_id)
    assert [(each.library, each.status) for each in settle()] == [(second, INSTALLED)]

    w.clusters.delete(cluster_id)
    (waiting,) = w.libraries.cluster_status(cluster_id)
    assert waiting.status == PENDING
    w.libraries.uninstall(cluster_id, [second])
    assert list(w.libraries.cluster_status(cluster_id)) == []


def test_a_terminated_cluster_installs_when_it_starts(
    w: WorkspaceClient, cluster_id: str, home: Home, settle: Settle
) -> None:
    w.clusters.delete(cluster_id)
    w.libraries.install(cluster_id, [wheel(home, "1.0")])
    assert [each.status for each in w.libraries.cluster_status(cluster_id)] == [PENDING]

    w.clusters.start(cluster_id)
    assert [each.status for each in settle()] == [INSTALLED]


def test_a_deleted_cluster_takes_its_libraries_along(
    w: WorkspaceClient, cluster_id: str, home: Home
) -> None:
    w.libraries.install(cluster_id, [wheel(home, "1.0")])
    w.clusters.permanent_delete(cluster_id)

    assert list(w.libraries.all_cluster_statuses()) == []
    with pytest.raises(InvalidParameterValue, match=f"Cluster {cluster_id} does not exist"):
        list(w.libraries.cluster_status(cluster_id))


def test_what_a_server_had_installed_when_it_died_is_pending(
    w: WorkspaceClient, cluster_id: str, home: Home, store: Store, libraries: ClusterLibraries
) -> None:
    w.libraries.install(cluster_id, [wheel(home, "1.0")])
    rest(libraries)

    ClustersService(store)  # as the next server's start does: it ends the clusters that ran
    assert [each.status for each in w.libraries.cluster_status(cluster_id)] == [PENDING]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("x", "Expected array for field 'libraries', found STRING"),
        ([{"whl": 3}], "libraries[0].whl is a JSON number"),
        ([{}], "libraries[0] must have exactly one kind of library"),
        ([{"whl": "a", "egg": "b"}], "libraries[0] must have exactly one kind of library"),
        ([{"pip": "a"}], "Known: cran, egg, jar, maven, pypi"),
        ([{"pypi": {"repo": "https://x"}}], "libraries[0].pypi.package is missing"),
    ],
)
def test_what_is_no_library_is_refused(
    server: Served, cluster_id: str, raw: object, said: str
) -> None:
    with server.http() as client:
        for call in ("install", "uninstall"):
            reply: httpx.Response = client.post(
                f"/api/2.0/libraries/{call}",
                json={"cluster_id": cluster_id, "libraries": raw},
            )
            assert reply.status_code == 400
            assert said in reply.json()["message"]


def test_credentials_of_an_index_stay_out_of_messages(
    w: WorkspaceClient, cluster_id: str, settle: Settle
) -> None:
    package = PythonPyPiLibrary("nosuch", repo="https://me:hush@127.0.0.1:9/simple")
    w.libraries.install(cluster_id, [Library(pypi=package)])
    (found,) = settle()

    assert found.status == FAILED
    assert "hush" not in str(found.messages)


def test_copies_of_files_stay_within_the_home(
    w: WorkspaceClient, cluster_id: str, home: Home, tmp_path: Path, settle: Settle
) -> None:
    w.libraries.install(cluster_id, [wheel(home, "1.0")])
    settle()

    assert [copy.name for copy in home.environments.glob("files/*/*")] == [
        "tiny-1.0-py3-none-any.whl"
    ]
