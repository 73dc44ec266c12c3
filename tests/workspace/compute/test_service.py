"""The Clusters API, driven by the official SDK over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from databricks.sdk import WorkspaceClient, errors
from databricks.sdk.core import DatabricksError
from databricks.sdk.errors import InvalidParameterValue, InvalidState, ResourceDoesNotExist
from databricks.sdk.service.compute import (
    AutoScale,
    ClusterSource,
    DataSecurityMode,
    EventType,
    GetEventsOrder,
    Kind,
    ListClustersFilterBy,
    ListClustersSortBy,
    ListClustersSortByDirection,
    ListClustersSortByField,
    State,
    TerminationReasonCode,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.compute.service import ClustersService
from brickyard.workspace.home import Home
from brickyard.workspace.store import Store

if TYPE_CHECKING:
    from tests.workspace.conftest import Serve, Served

USER = "ada@example.com"
VERSION, NODE = "16.4.x-scala2.12", "Standard_DS3_v2"
SHORT = timedelta(seconds=5)


@pytest.fixture
def server(serve: Serve, store: Store) -> Served:
    return serve(ClustersService(store))


@pytest.fixture
def w(server: Served) -> WorkspaceClient:
    return server.sdk()


@pytest.fixture
def http(server: Served) -> Iterator[httpx.Client]:
    with server.http() as client:
        yield client


def make(w: WorkspaceClient, name: str = "train", workers: int = 1) -> str:
    made = w.clusters.create(
        VERSION, cluster_name=name, node_type_id=NODE, num_workers=workers
    ).result(timeout=SHORT)
    assert made.cluster_id is not None
    return made.cluster_id


def event_types(w: WorkspaceClient, cluster_id: str) -> list[str]:
    """The types of a cluster's events, the oldest first."""
    found = w.clusters.events(cluster_id, order=GetEventsOrder.ASC)
    return [each.type.value for each in found if each.type]


def test_create_runs_and_fills_in_the_defaults(w: WorkspaceClient) -> None:
    cluster = w.clusters.get(make(w, workers=2))
    assert (cluster.state, cluster.state_message) == (State.RUNNING, "")
    assert cluster.creator_user_name == USER
    assert cluster.cluster_source == ClusterSource.API
    assert cluster.driver_node_type_id == NODE
    assert cluster.autotermination_minutes == 0
    assert cluster.enable_elastic_disk is True
    assert cluster.azure_attributes is not None
    assert cluster.azure_attributes.first_on_demand == 1
    assert cluster.default_tags == {
        "Vendor": "Databricks",
        "Creator": USER,
        "ClusterName": "train",
        "ClusterId": cluster.cluster_id,
    }
    assert cluster.driver is not None
    assert cluster.driver.private_ip == "127.0.0.1"
    assert (cluster.cluster_cores or 0) >= 1
    assert (cluster.cluster_memory_mb or 0) > 100
    assert cluster.termination_reason is None
    # The snapshot is what was asked for, without the defaults.
    assert cluster.spec is not None
    assert cluster.spec.as_dict() == {
        "cluster_name": "train",
        "node_type_id": NODE,
        "num_workers": 2,
        "spark_version": VERSION,
    }


def test_single_node_of_the_simple_form(w: WorkspaceClient) -> None:
    cluster = w.clusters.create(
        VERSION, kind=Kind.CLASSIC_PREVIEW, is_single_node=True, custom_tags={"team": "ml"}
    ).result(timeout=SHORT)
    assert cluster.num_workers == 0
    assert cluster.spark_conf == {
        "spark.databricks.cluster.profile": "singleNode",
        "spark.master": "local[*]",
    }
    assert cluster.custom_tags == {"team": "ml", "ResourceClass": "SingleNode"}


def test_single_user_is_the_creator_unless_named(w: WorkspaceClient) -> None:
    cluster = w.clusters.create(
        VERSION, node_type_id=NODE, num_workers=0, data_security_mode=DataSecurityMode.SINGLE_USER
    ).result(timeout=SHORT)
    assert cluster.single_user_name == USER


def test_terminate_start_restart(w: WorkspaceClient) -> None:
    cluster_id = make(w)
    first = w.clusters.get(cluster_id)
    stopped = w.clusters.delete(cluster_id).result(timeout=SHORT)
    assert stopped.state == State.TERMINATED
    assert stopped.state_message == f"Termination requested by {USER}"
    assert stopped.termination_reason is not None
    assert stopped.termination_reason.code == TerminationReasonCode.USER_REQUEST
    assert stopped.termination_reason.parameters == {"username": USER}
    assert stopped.terminated_time is not None
    assert stopped.driver is None
    w.clusters.delete(cluster_id)  # again: nothing happens
    started = w.clusters.start(cluster_id).result(timeout=SHORT)
    assert (started.state, started.termination_reason) == (State.RUNNING, None)
    assert started.terminated_time is None
    assert started.start_time == first.start_time
    restarted = w.clusters.restart(cluster_id).result(timeout=SHORT)
    assert restarted.spark_context_id != first.spark_context_id
    assert event_types(w, cluster_id) == [
        "CREATING", "RUNNING", "TERMINATING", "STARTING", "RUNNING", "RESTARTING", "RUNNING",
    ]  # fmt: skip


def test_what_the_state_does_not_allow_is_refused(w: WorkspaceClient) -> None:
    cluster_id = make(w)
    with pytest.raises(InvalidState, match=f"Cluster {cluster_id} is in unexpected state Running"):
        w.clusters.start(cluster_id)
    w.clusters.delete(cluster_id)
    for call in (w.clusters.restart, lambda i: w.clusters.resize(i, num_workers=1)):
        with pytest.raises(InvalidState, match="in unexpected state Terminated"):
            call(cluster_id)


def test_ensure_cluster_is_running(w: WorkspaceClient) -> None:
    cluster_id = make(w)
    w.clusters.ensure_cluster_is_running(cluster_id)
    w.clusters.delete(cluster_id)
    w.clusters.ensure_cluster_is_running(cluster_id)
    assert w.clusters.get(cluster_id).state == State.RUNNING


def test_edit_replaces_the_settings_and_restarts_a_running_cluster(w: WorkspaceClient) -> None:
    cluster_id = make(w, workers=4)
    before = w.clusters.get(cluster_id)
    w.clusters.edit(cluster_id, VERSION, node_type_id="Standard_DS4_v2", num_workers=1).result(
        timeout=SHORT
    )
    cluster = w.clusters.get(cluster_id)
    assert (cluster.node_type_id, cluster.num_workers, cluster.cluster_name) == (
        "Standard_DS4_v2", 1, "",
    )  # fmt: skip
    assert cluster.start_time == before.start_time
    newest, *_ = [e for e in w.clusters.events(cluster_id) if e.type == EventType.EDITED]
    assert newest.details is not None
    assert newest.details.user == USER
    assert newest.details.previous_cluster_size is not None
    assert newest.details.previous_cluster_size.num_workers == 4
    assert event_types(w, cluster_id)[-3:] == ["EDITED", "RESTARTING", "RUNNING"]


def test_edit_of_a_terminated_cluster_leaves_it_terminated(w: WorkspaceClient) -> None:
    cluster_id = make(w)
    w.clusters.delete(cluster_id)
    w.clusters.edit(cluster_id, "15.4.x-scala2.12", node_type_id=NODE, num_workers=0)
    cluster = w.clusters.get(cluster_id)
    assert (cluster.state, cluster.spark_version) == (State.TERMINATED, "15.4.x-scala2.12")
    assert cluster.termination_reason is not None
    assert event_types(w, cluster_id)[-1] == "EDITED"


def test_resize(w: WorkspaceClient) -> None:
    cluster_id = make(w, workers=2)
    grown = w.clusters.resize(cluster_id, num_workers=5).result(timeout=SHORT)
    assert (grown.num_workers, grown.autoscale) == (5, None)
    scaling = w.clusters.resize(
        cluster_id, autoscale=AutoScale(min_workers=1, max_workers=3)
    ).result(timeout=SHORT)
    assert scaling.autoscale == AutoScale(min_workers=1, max_workers=3)
    assert scaling.num_workers is None
    resizing = [e.details for e in w.clusters.events(cluster_id, event_types=[EventType.RESIZING])]
    sizes = [(d.current_num_workers, d.target_num_workers) for d in resizing if d]
    assert sizes == [(5, 1), (2, 5)]


def test_permanent_delete_leaves_nothing(w: WorkspaceClient, store: Store) -> None:
    cluster_id = make(w)
    w.clusters.permanent_delete(cluster_id)
    with pytest.raises(ResourceDoesNotExist, match=f"Cluster {cluster_id} does not exist"):
        w.clusters.get(cluster_id)
    assert list(w.clusters.list()) == []
    with store.transaction() as connection:
        left = connection.exec_driver_sql("SELECT count(*) FROM cluster_events").scalar()
    assert left == 0


def test_unknown_cluster_is_refused_by_every_call(http: httpx.Client) -> None:
    posts = ["edit", "start", "restart", "resize", "delete", "permanent-delete"]
    posts += ["pin", "unpin", "events"]
    for name in posts:
        reply = http.post(f"/api/2.1/clusters/{name}", json={"cluster_id": "none"})
        assert reply.status_code == 400, name
        assert reply.json() == {
            "error_code": "INVALID_PARAMETER_VALUE",
            "message": "Cluster none does not exist",
        }
        reply = http.post(f"/api/2.0/clusters/{name}", json={})
        assert reply.json()["message"] == "Missing required field: cluster_id"


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"spark_version": None}, "INVALID_PARAMETER_VALUE", "Missing required field: spark_vers"),
        ({"spark_version": "16.4"}, "INVALID_PARAMETER_VALUE", "Invalid spark version 16.4. "),
        ({"node_type_id": None}, "INVALID_PARAMETER_VALUE", "Missing required field: node_type_id"),
        ({"num_workers": None}, "INVALID_PARAMETER_VALUE", "Exactly 1 of num_workers or autoscale"),
        (
            {"autoscale": {"min_workers": 1, "max_workers": 2}},
            "INVALID_PARAMETER_VALUE",
            "Exactly 1 of num_workers or autoscale",
        ),
        ({"num_workers": -1}, "INVALID_PARAMETER_VALUE", "num_workers -1"),
        ({"num_workers": "many"}, "MALFORMED_REQUEST", "num_workers is a JSON string"),
        ({"spark_conf": []}, "MALFORMED_REQUEST", "spark_conf is a JSON array, expected object"),
        ({"autotermination_minutes": 5}, "INVALID_PARAMETER_VALUE", "0 (never) or between 10"),
        ({"instance_pool_id": "p"}, "INVALID_PARAMETER_VALUE", "together with instance_pool_id"),
        ({"is_single_node": True}, "INVALID_PARAMETER_VALUE", "kind CLASSIC_PREVIEW"),
        ({"runtime_engine": "FAST"}, "INVALID_PARAMETER_VALUE", "runtime_engine is 'FAST'"),
        (
            {"custom_tags": {str(number): "" for number in range(46)}},
            "INVALID_PARAMETER_VALUE",
            "46 custom_tags; at most 45",
        ),
        (
            {"num_workers": None, "autoscale": {"min_workers": 3, "max_workers": 2}},
            "INVALID_PARAMETER_VALUE",
            "min_workers 3 and max_workers 2",
        ),
        (
            {"num_workers": None, "autoscale": {"min_workers": 3}},
            "INVALID_PARAMETER_VALUE",
            "autoscale needs min_workers and max_workers",
        ),
        ({"docker_image": {"url": "x"}}, "NOT_IMPLEMENTED", "A cluster with docker_image"),
        ({"init_scripts": [{}]}, "NOT_IMPLEMENTED", "A cluster with init_scripts"),
        ({"clone_from": {"source_cluster_id": "x"}}, "NOT_IMPLEMENTED", "with clone_from"),
    ],
)
def test_wrong_settings_are_refused(
    http: httpx.Client, body: dict[str, Any], code: str, message: str
) -> None:
    sent = {"spark_version": VERSION, "node_type_id": NODE, "num_workers": 1, **body}
    reply = http.post("/api/2.1/clusters/create", json=sent)
    assert reply.json()["error_code"] == code
    assert message in reply.json()["message"]
    assert http.get("/api/2.0/clusters/list").json() == {}


def test_lenient_input(http: httpx.Client) -> None:
    sent = {
        "spark_version": "auto:latest-lts",
        "node_type_id": "i3.xlarge",
        "autoscale": {"min_workers": "1", "max_workers": "2"},
        "autotermination_minutes": "30",
        "no_such_field": 1,
    }
    cluster_id = http.post("/api/2.0/clusters/create", json=sent).json()["cluster_id"]
    # GET with a JSON body, as dbx sends it.
    reply = http.request("GET", "/api/2.0/clusters/get", json={"cluster_id": cluster_id}).json()
    assert reply["autoscale"] == {"min_workers": 1, "max_workers": 2}
    assert reply["autotermination_minutes"] == 30
    assert "no_such_field" not in reply


def test_list_filters_sorts_and_pages(w: WorkspaceClient, http: httpx.Client) -> None:
    ids = {name: make(w, name) for name in ("c", "a", "b", "d")}
    w.clusters.delete(ids["a"])
    w.clusters.pin(ids["c"])
    w.clusters.pin(ids["c"])

    def names(**wanted: Any) -> list[str | None]:
        return [each.cluster_name for each in w.clusters.list(**wanted)]

    assert names() == ["c", "b", "d", "a"]  # running first, then pinned, then by name
    assert names(page_size=1) == ["c", "b", "d", "a"]
    by_name = ListClustersSortBy(
        field=ListClustersSortByField.CLUSTER_NAME, direction=ListClustersSortByDirection.DESC
    )
    assert names(sort_by=by_name) == ["d", "c", "b", "a"]
    assert names(filter_by=ListClustersFilterBy(cluster_states=[State.TERMINATED])) == ["a"]
    both = [State.TERMINATED, State.RUNNING]
    assert len(names(filter_by=ListClustersFilterBy(cluster_states=both))) == 4
    assert names(filter_by=ListClustersFilterBy(is_pinned=True)) == ["c"]
    assert names(filter_by=ListClustersFilterBy(cluster_sources=[ClusterSource.UI])) == []
    # API 2.0 knows no pages.
    assert len(http.get("/api/2.0/clusters/list").json()["clusters"]) == 4
    wrong = http.get("/api/2.1/clusters/list", params={"filter_by.cluster_state": "RUNNING"})
    assert "Did you mean 'cluster_states'" in wrong.json()["message"]
    w.clusters.unpin(ids["c"])
    w.clusters.unpin(ids["c"])
    assert event_types(w, ids["c"])[-2:] == ["PINNED", "UNPINNED"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"sort_by.field": "NAME"}, "sort_by.field 'NAME' is unknown. Known: CLUSTER_NAME"),
        ({"sort_by.direction": "UP"}, "sort_by.direction 'UP' is unknown"),
        ({"page_token": "x"}, "page_token 'x'"),
        ({"page_size": "-1"}, "page_size -1"),
    ],
)
def test_wrong_list_queries_are_refused(
    http: httpx.Client, query: dict[str, str], message: str
) -> None:
    reply = http.get("/api/2.1/clusters/list", params=query)
    assert reply.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert message in reply.json()["message"]


def test_wrong_resizes_are_refused(w: WorkspaceClient, http: httpx.Client) -> None:
    cluster_id = make(w, workers=2)
    for size, message in (
        ({}, "Exactly 1 of num_workers or autoscale"),
        ({"num_workers": []}, "num_workers is a JSON array, expected integer"),
        ({"num_workers": 1, "autoscale": {}}, "Exactly 1 of num_workers or autoscale"),
    ):
        reply = http.post("/api/2.1/clusters/resize", json={"cluster_id": cluster_id, **size})
        assert reply.status_code == 400
        assert message in reply.json()["message"]
    assert w.clusters.get(cluster_id).num_workers == 2


def test_events_are_paged_either_way(w: WorkspaceClient, http: httpx.Client) -> None:
    cluster_id = make(w)
    for _ in range(4):
        w.clusters.restart(cluster_id)
    everything = [each.type for each in w.clusters.events(cluster_id)]
    assert len(everything) == 10
    assert everything[-1] == EventType.CREATING
    for order in GetEventsOrder:
        whole = [e.type for e in w.clusters.events(cluster_id, order=order)]
        by_offset = w.clusters.events(cluster_id, order=order, limit=3)
        assert [e.type for e in by_offset] == whole
        by_token = w.clusters.events(cluster_id, order=order, page_size=3)
        assert [e.type for e in by_token] == whole
    chosen = list(w.clusters.events(cluster_id, event_types=[EventType.RESTARTING], limit=1))
    assert len(chosen) == 4
    first = http.post(
        "/api/2.1/clusters/events", json={"cluster_id": cluster_id, "limit": 4}
    ).json()
    assert first["total_count"] == 10
    # Events that come while a client pages do not shift its pages.
    end = first["next_page"]["end_time"]
    assert first["next_page"] == {
        "cluster_id": cluster_id, "offset": 4, "limit": 4, "end_time": end,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"limit": 501}, "limit 501"),
        ({"limit": 0}, "limit 0"),
        ({"offset": -1}, "offset -1"),
        ({"offset": 1}, "end_time is required"),
        ({"order": "DOWN"}, "order 'DOWN' is unknown"),
        ({"page_token": "x"}, "page_token 'x'"),
        ({"event_types": "RUNNING"}, "must be a list"),
    ],
)
def test_wrong_event_queries_are_refused(
    w: WorkspaceClient, http: httpx.Client, body: dict[str, Any], message: str
) -> None:
    sent = {"cluster_id": make(w), **body}
    reply = http.post("/api/2.1/clusters/events", json=sent)
    assert reply.status_code == 400
    assert message in reply.json()["message"]


def test_selectors_find_what_they_look_for(w: WorkspaceClient) -> None:
    assert w.clusters.select_spark_version(long_term_support=True) == "16.4.x-scala2.12"
    ml = w.clusters.select_spark_version(long_term_support=True, ml=True, scala="2.13")
    assert ml == "17.3.x-cpu-ml-scala2.13"
    assert w.clusters.select_spark_version(ml=True, gpu=True).endswith("-gpu-ml-scala2.12")
    assert w.clusters.select_node_type() == "Standard_F4s"
    large = w.clusters.select_node_type(
        category="memory optimized", local_disk=True, min_memory_gb=60, min_gpus=0
    )
    assert large == "Standard_E8ds_v4"
    assert w.clusters.select_node_type(min_gpus=1) == "Standard_NC4as_T4_v3"
    assert w.clusters.list_zones().default_zone == "auto"


def test_every_version_on_offer_can_be_used(w: WorkspaceClient) -> None:
    for version in w.clusters.spark_versions().versions or []:
        assert version.key is not None
        w.clusters.create(version.key, node_type_id=NODE, num_workers=0)


def test_operations_that_are_not_there_are_named(w: WorkspaceClient) -> None:
    with pytest.raises(errors.NotImplemented, match=r"clusters\.update"):
        w.clusters.update("x", "num_workers")


def test_after_a_server_restart_running_clusters_are_terminated(
    w: WorkspaceClient, store: Store, serve: Serve, home: Home
) -> None:
    running, stopped = make(w, "running"), make(w, "stopped")
    w.clusters.delete(stopped)
    store.close()
    reopened = Store(home.database)
    again = serve(ClustersService(reopened)).sdk()
    abandoned = again.clusters.get(running)
    assert abandoned.state == State.TERMINATED
    assert abandoned.termination_reason is not None
    assert abandoned.termination_reason.code == TerminationReasonCode.INACTIVITY
    assert "workspace was stopped" in (abandoned.state_message or "")
    other = again.clusters.get(stopped)
    assert other.termination_reason is not None
    assert other.termination_reason.code == TerminationReasonCode.USER_REQUEST
    assert event_types(again, running)[-1] == "TERMINATING"
    reopened.close()


def test_ensure_running_for_jobs(store: Store) -> None:
    service = ClustersService(store)
    cluster_id = service._clusters.create(
        {"spark_version": VERSION, "node_type_id": NODE, "num_workers": 0}, USER
    )
    first = asyncio.run(service.ensure_running(cluster_id))
    assert first["state"] == "RUNNING"
    service._clusters.terminate(cluster_id, USER)
    again = asyncio.run(service.ensure_running(cluster_id))
    assert again["state"] == "RUNNING"
    assert again["spark_context_id"] is not None
    with pytest.raises(ApiError, match="Cluster none does not exist"):
        asyncio.run(service.ensure_running("none"))


def test_who_runs_on_a_cluster_is_told_when_it_stops(serve: Serve, store: Store) -> None:
    told: list[str] = []

    async def on_stopped(cluster_id: str) -> None:
        told.append(cluster_id)

    w = serve(ClustersService(store, on_stopped)).sdk()
    cluster_id = make(w)
    w.clusters.restart(cluster_id)
    w.clusters.edit(cluster_id, VERSION, node_type_id=NODE, num_workers=1)
    w.clusters.delete(cluster_id)
    assert told == [cluster_id] * 3
    # Not running any more: nobody is on it.
    w.clusters.delete(cluster_id)
    w.clusters.edit(cluster_id, VERSION, node_type_id=NODE, num_workers=1)
    w.clusters.permanent_delete(cluster_id)
    assert told == [cluster_id] * 3


ACTIONS = ("start", "restart", "delete", "resize", "edit", "pin")


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(actions=st.lists(st.sampled_from(ACTIONS), max_size=6))
def test_states_follow_the_documented_transitions(http: httpx.Client, actions: list[str]) -> None:
    body = {"spark_version": VERSION, "node_type_id": NODE, "num_workers": 1}
    cluster_id = http.post("/api/2.1/clusters/create", json=body).json()["cluster_id"]
    state = "RUNNING"
    for action in actions:
        needed = {"start": "TERMINATED", "restart": "RUNNING", "resize": "RUNNING"}.get(action)
        reply = http.post(f"/api/2.1/clusters/{action}", json={"cluster_id": cluster_id, **body})
        allowed = needed in (None, state)
        assert (reply.status_code == 200) is allowed
        if not allowed:
            assert reply.json()["error_code"] == "INVALID_STATE"
        elif action in ("start", "delete"):
            state = "RUNNING" if action == "start" else "TERMINATED"
        found = http.get("/api/2.1/clusters/get", params={"cluster_id": cluster_id}).json()
        assert found["state"] == state
        assert ("termination_reason" in found) is (state == "TERMINATED")


def test_wrong_token_is_refused_before_anything_else(server: Served) -> None:
    with server.http(token="wrong") as http:
        reply = http.get("/api/2.1/clusters/get", params={"cluster_id": "none"})
    assert reply.status_code == 401


def test_errors_are_the_sdks_own(w: WorkspaceClient) -> None:
    with pytest.raises(InvalidParameterValue):
        w.clusters.create("nonsense", node_type_id=NODE, num_workers=0)
    with pytest.raises(DatabricksError, match="does not exist"):
        w.clusters.start("none")
