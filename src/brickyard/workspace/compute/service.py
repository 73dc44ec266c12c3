"""``/api/2.x/clusters``. Source: the Clusters API as ``databricks-sdk`` calls it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from brickyard.errors import did_you_mean
from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import invalid
from brickyard.workspace.api.routing import Handler, Operation, Reply
from brickyard.workspace.compute import catalogue
from brickyard.workspace.compute.cluster_events import read_page
from brickyard.workspace.compute.cluster_settings import read_settings, read_size
from brickyard.workspace.compute.clusters import Clusters, details, user_settings
from brickyard.workspace.store import Store

_VERSIONS = ("2.0", "2.1", "2.2")
_STATES = ("RUNNING", "TERMINATED")  # the order of the default sorting
_LARGEST_PAGE = 100
_DEFAULT_PAGE = 20
_SORT_FIELDS = ("DEFAULT", "CLUSTER_NAME")
_DIRECTIONS = ("ASC", "DESC")

OnStopped = Callable[[str], Awaitable[None]]
OnStarted = Callable[[str], None]


class ClustersService:
    """Makes, changes and lists clusters.

    Args:
        store: Keeps them.
        on_stopped: Told the id of a cluster that was terminated, restarted or deleted while it
            ran, so that what runs on it can be ended.
        on_started: Told the id of a cluster that was started or restarted, so that what it needs
            can be made ready.
    """

    def __init__(
        self,
        store: Store,
        on_stopped: OnStopped | None = None,
        on_started: OnStarted = lambda _cluster_id: None,
    ) -> None:
        self._store = store
        self._clusters = Clusters(store)
        self._on_stopped = on_stopped
        self._on_started = on_started

    def operations(self) -> list[Operation]:
        """The calls it answers."""
        calls: list[tuple[str, str, Handler]] = [
            ("POST", "create", self.create),
            ("POST", "edit", self.edit),
            ("POST", "start", self.start),
            ("POST", "restart", self.restart),
            ("POST", "resize", self.resize),
            ("POST", "delete", self.delete),
            ("POST", "permanent-delete", self.permanent_delete),
            ("POST", "pin", self.pin),
            ("POST", "unpin", self.unpin),
            ("POST", "events", self.events),
            ("GET", "get", self.get),
            ("GET", "list", self.list_),
            ("GET", "spark-versions", self.spark_versions),
            ("GET", "list-node-types", self.list_node_types),
            ("GET", "list-zones", self.list_zones),
        ]
        return [Operation(m, f"/clusters/{name}", h, _VERSIONS) for m, name, h in calls]

    async def ensure_running(self, cluster_id: str) -> dict[str, Any]:
        """Start a cluster if it is terminated, for a job that runs on it.

        Returns:
            Its ``ClusterDetails``.

        Raises:
            ApiError: ``Cluster x does not exist``.
        """
        if self._clusters.get(cluster_id).state == "TERMINATED":
            self._clusters.start(cluster_id, None)
            self._on_started(cluster_id)
        return details(self._clusters.get(cluster_id))

    async def create(self, call: Call) -> Reply:
        """``clusters/create``."""
        settings = await asyncio.to_thread(read_settings, dict(call.fields))
        return {"cluster_id": self._clusters.create(settings, call.user)}

    async def get(self, call: Call) -> Reply:
        """``clusters/get``, with the settings as sent under ``spec``."""
        row = self._clusters.get(call.text("cluster_id"))
        return {**details(row), "spec": user_settings(row)}

    async def list_(self, call: Call) -> Reply:
        """``clusters/list``: filtered, sorted, and from API 2.1 on in pages."""
        found = [details(row) | {"_pinned": row.pinned} for row in self._clusters.all()]
        wanted = [each for each in found if _matches(each, _nested(call, "filter_by"))]
        _sort(wanted, _nested(call, "sort_by"))
        for each in wanted:
            del each["_pinned"]
        old = call.request.url.path.startswith("/api/2.0/")
        if old and not {"page_size", "page_token"} & call.fields.keys():
            return {"clusters": wanted} if wanted else {}
        return _page(wanted, call)

    async def edit(self, call: Call) -> Reply:
        """``clusters/edit``."""
        cluster_id = call.text("cluster_id")
        self._clusters.get(cluster_id)  # whether it exists comes before whether the rest is right
        settings = await asyncio.to_thread(read_settings, dict(call.fields))
        await self._stopped(cluster_id, self._clusters.edit(cluster_id, settings, call.user))
        self._on_started(cluster_id)
        return {}

    async def start(self, call: Call) -> Reply:
        """``clusters/start``.

        Documented to do nothing unless TERMINATED; the platform refuses with INVALID_STATE, which
        clients handle, and so does this.
        """
        cluster_id = call.text("cluster_id")
        self._clusters.start(cluster_id, call.user)
        self._on_started(cluster_id)
        return {}

    async def restart(self, call: Call) -> Reply:
        """``clusters/restart``; refused with INVALID_STATE unless RUNNING, as ``start``."""
        cluster_id = call.text("cluster_id")
        self._clusters.restart(cluster_id, call.user)
        await self._stopped(cluster_id, True)
        self._on_started(cluster_id)
        return {}

    async def resize(self, call: Call) -> Reply:
        """``clusters/resize``."""
        cluster_id = call.text("cluster_id")
        self._clusters.get(cluster_id)
        size = await asyncio.to_thread(read_size, dict(call.fields))
        self._clusters.resize(cluster_id, size, call.user)
        return {}

    async def delete(self, call: Call) -> Reply:
        """``clusters/delete``: terminate, keeping the configuration."""
        cluster_id = call.text("cluster_id")
        await self._stopped(cluster_id, self._clusters.terminate(cluster_id, call.user))
        return {}

    async def permanent_delete(self, call: Call) -> Reply:
        """``clusters/permanent-delete``."""
        cluster_id = call.text("cluster_id")
        await self._stopped(cluster_id, self._clusters.forget(cluster_id))
        return {}

    async def pin(self, call: Call) -> Reply:
        """``clusters/pin``."""
        self._clusters.pin(call.text("cluster_id"), call.user, pinned=True)
        return {}

    async def unpin(self, call: Call) -> Reply:
        """``clusters/unpin``."""
        self._clusters.pin(call.text("cluster_id"), call.user, pinned=False)
        return {}

    async def events(self, call: Call) -> Reply:
        """``clusters/events``, the newest first."""
        cluster_id = call.text("cluster_id")
        self._clusters.get(cluster_id)
        with self._store.transaction() as connection:
            return read_page(connection, cluster_id, call)

    async def spark_versions(self, call: Call) -> Reply:
        """``clusters/spark-versions``."""
        del call
        return {"versions": catalogue.spark_versions()}

    async def list_node_types(self, call: Call) -> Reply:
        """``clusters/list-node-types``."""
        del call
        return {"node_types": catalogue.node_types()}

    async def list_zones(self, call: Call) -> Reply:
        """``clusters/list-zones``."""
        del call
        return catalogue.zones()

    async def _stopped(self, cluster_id: str, was_running: bool) -> None:
        if was_running and self._on_stopped is not None:
            await self._on_stopped(cluster_id)


def _nested(call: Call, name: str) -> dict[str, list[str]]:
    """An object among query parameters (``filter_by.cluster_states=RUNNING``) or in the body."""
    found: dict[str, list[str]] = {}
    for key, value in call.mapping(name).items():
        found[key] = [str(each) for each in value] if isinstance(value, list) else [str(value)]
    for key, value in call.request.query_params.multi_items():
        if key.startswith(f"{name}."):
            found.setdefault(key.removeprefix(f"{name}."), []).append(value)
    return found


def _matches(cluster: dict[str, Any], wanted: dict[str, list[str]]) -> bool:
    tests = {
        "cluster_states": cluster["state"],
        "cluster_sources": cluster["cluster_source"],
        "policy_id": cluster.get("policy_id"),
        "is_pinned": str(cluster["_pinned"]).lower(),
    }
    for name, values in wanted.items():
        if name not in tests:
            raise invalid(f"filter_by has no field {name!r}. {did_you_mean(name, tests)}")
        allowed = [value.lower() for value in values] if name == "is_pinned" else values
        if tests[name] not in allowed:
            return False
    return True


def _sort(found: list[dict[str, Any]], wanted: dict[str, list[str]]) -> None:
    field = wanted.get("field", ["DEFAULT"])[0]
    direction = wanted.get("direction", ["ASC"])[0]
    if field not in _SORT_FIELDS:
        raise invalid(f"sort_by.field {field!r} is unknown. {did_you_mean(field, _SORT_FIELDS)}")
    if direction not in _DIRECTIONS:
        raise invalid(
            f"sort_by.direction {direction!r} is unknown. {did_you_mean(direction, _DIRECTIONS)}"
        )

    def by_name(each: dict[str, Any]) -> tuple[Any, ...]:
        return each["cluster_name"], each["start_time"], each["cluster_id"]

    def by_default(each: dict[str, Any]) -> tuple[Any, ...]:
        return _STATES.index(each["state"]), not each["_pinned"], *by_name(each)

    key = by_default if field == "DEFAULT" else by_name
    found.sort(key=key, reverse=direction == "DESC")


def _page(found: list[dict[str, Any]], call: Call) -> dict[str, Any]:
    token = call.text("page_token", "0") or "0"
    if not token.isdecimal():
        raise invalid(f"page_token {token!r} is not one that this workspace gave.")
    start = int(token)
    size = min(call.integer("page_size", 0), _LARGEST_PAGE) or _DEFAULT_PAGE
    if size < 0:
        raise invalid(f"page_size {size} must not be negative.")
    end = start + size
    return {
        "clusters": found[start:end],
        "next_page_token": str(end) if end < len(found) else "",
        "prev_page_token": str(max(start - size, 0)) if start > 0 else "",
    }
