"""The life of clusters: their states, what changes them, and what is remembered.

A local cluster is a name and settings under which runs start processes on this machine, so there is
nothing to wait for: PENDING, RESTARTING, RESIZING and TERMINATING are passed through within one
transaction and show only in the events; RUNNING and TERMINATED are what is stored. When the
workspace stops, its clusters stop with it: at the next start they are TERMINATED for inactivity, as
after an auto-termination, and a job on one starts it again. Terminated configurations are kept
until they are deleted permanently (Databricks drops unpinned ones after 30 days).
"""

from __future__ import annotations

import os
import secrets
import string
import time
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from brickyard.workspace.api.errors import ApiError, invalid, invalid_state
from brickyard.workspace.compute.cluster_events import record
from brickyard.workspace.compute.cluster_settings import complete, target_workers
from brickyard.workspace.store import Store, now_ms
from brickyard.workspace.store.tables import cluster_events, clusters

ClusterRow = Row[tuple[Any, ...]]

# Kept beside the settings in the specification: fields of ClusterDetails that are not the user's.
_SOURCE, _REASON = "cluster_source", "termination_reason"
_STOPPED = "Inactive: the local workspace was stopped while the cluster was running."
_LETTERS = string.ascii_lowercase + string.digits


class Clusters:
    """The clusters of a workspace.

    Args:
        store: Keeps them. Those that a previous process left RUNNING are terminated.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._end_abandoned()

    def create(self, settings: dict[str, Any], user: str, source: str = "API") -> str:
        """Make a cluster; it runs at once.

        Args:
            settings: Checked settings.
            user: Who makes it.
            source: ``API`` or ``UI``.

        Returns:
            Its id, in the form of Databricks' (``MMDD-HHMMSS-xxxxxxxx``).
        """
        stamp = time.strftime("%m%d-%H%M%S", time.gmtime())
        cluster_id = f"{stamp}-{''.join(secrets.choice(_LETTERS) for _ in range(8))}"
        now = now_ms()
        with self._store.transaction() as connection:
            connection.execute(
                insert(clusters).values(
                    cluster_id=cluster_id,
                    creator=user,
                    created_ms=now,
                    spec={**settings, _SOURCE: source},
                    state="RUNNING",
                    state_message="",
                    started_ms=now,
                    pinned=False,
                )
            )
            size = _size(settings)
            record(connection, cluster_id, "CREATING", {"user": user, "cluster_size": size})
            _record_running(connection, cluster_id, settings)
        return cluster_id

    def get(self, cluster_id: str) -> ClusterRow:
        """A cluster's row.

        Raises:
            ApiError: It does not exist.
        """
        with self._store.transaction() as connection:
            return _row(connection, cluster_id)

    def all(self) -> list[ClusterRow]:
        """Every cluster's row."""
        with self._store.transaction() as connection:
            return list(connection.execute(select(clusters)).all())

    def edit(self, cluster_id: str, settings: dict[str, Any], user: str) -> bool:
        """Replace a cluster's settings; a running one restarts with them.

        Returns:
            Whether it was running.

        Raises:
            ApiError: It does not exist.
        """
        with self._store.transaction() as connection:
            row = _row(connection, cluster_id)
            kept = {name: row.spec[name] for name in (_SOURCE, _REASON) if name in row.spec}
            _set(connection, cluster_id, spec={**settings, **kept})
            change = {
                "user": user,
                "attributes": settings,
                "previous_attributes": user_settings(row),
                "cluster_size": _size(settings),
                "previous_cluster_size": _size(row.spec),
            }
            record(connection, cluster_id, "EDITED", change)
            if row.state == "RUNNING":
                self._restart(connection, cluster_id, settings, user)
            return bool(row.state == "RUNNING")

    def start(self, cluster_id: str, user: str | None) -> None:
        """Start a terminated cluster.

        Raises:
            ApiError: It does not exist, or is not TERMINATED.
        """
        with self._store.transaction() as connection:
            row = _row_in(connection, cluster_id, "TERMINATED")
            spec = {name: value for name, value in row.spec.items() if name != _REASON}
            record(connection, cluster_id, "STARTING", {"user": user})
            _set(
                connection,
                cluster_id,
                spec=spec,
                state="RUNNING",
                state_message="",
                started_ms=now_ms(),
                terminated_ms=None,
            )
            _record_running(connection, cluster_id, spec)

    def restart(self, cluster_id: str, user: str) -> None:
        """Restart a running cluster.

        Raises:
            ApiError: It does not exist, or is not RUNNING.
        """
        with self._store.transaction() as connection:
            row = _row_in(connection, cluster_id, "RUNNING")
            self._restart(connection, cluster_id, row.spec, user)

    def resize(self, cluster_id: str, size: dict[str, Any], user: str) -> None:
        """Give a running cluster another size.

        Raises:
            ApiError: It does not exist, or is not RUNNING.
        """
        with self._store.transaction() as connection:
            row = _row_in(connection, cluster_id, "RUNNING")
            kept = {k: v for k, v in row.spec.items() if k not in ("num_workers", "autoscale")}
            _set(connection, cluster_id, spec={**kept, **size})
            change = {
                "user": user,
                "cause": "USER_REQUEST",
                "current_num_workers": target_workers(row.spec),
                "target_num_workers": target_workers(size),
            }
            record(connection, cluster_id, "RESIZING", change)
            _record_running(connection, cluster_id, size)

    def terminate(self, cluster_id: str, user: str) -> bool:
        """Terminate a cluster; one that is TERMINATED stays as it is.

        Returns:
            Whether it was running.

        Raises:
            ApiError: It does not exist.
        """
        with self._store.transaction() as connection:
            row = _row(connection, cluster_id)
            if row.state != "RUNNING":
                return False
            reason = {
                "code": "USER_REQUEST",
                "type": "SUCCESS",
                "parameters": {"username": user},
            }
            _terminate(connection, row, reason, f"Termination requested by {user}", user)
            return True

    def forget(self, cluster_id: str) -> bool:
        """Delete a cluster and its events for good.

        Returns:
            Whether it was running.

        Raises:
            ApiError: It does not exist.
        """
        with self._store.transaction() as connection:
            row = _row(connection, cluster_id)
            connection.execute(delete(clusters).where(clusters.c.cluster_id == cluster_id))
            connection.execute(
                delete(cluster_events).where(cluster_events.c.cluster_id == cluster_id)
            )
            return bool(row.state == "RUNNING")

    def pin(self, cluster_id: str, user: str, *, pinned: bool) -> None:
        """Pin or unpin a cluster; no effect when it is so already.

        Raises:
            ApiError: It does not exist.
        """
        with self._store.transaction() as connection:
            if _row(connection, cluster_id).pinned != pinned:
                _set(connection, cluster_id, pinned=pinned)
                record(connection, cluster_id, "PINNED" if pinned else "UNPINNED", {"user": user})

    def _restart(
        self, connection: Connection, cluster_id: str, settings: dict[str, Any], user: str
    ) -> None:
        record(connection, cluster_id, "RESTARTING", {"user": user})
        _set(connection, cluster_id, state_message="", started_ms=now_ms())
        _record_running(connection, cluster_id, settings)

    def _end_abandoned(self) -> None:
        with self._store.transaction() as connection:
            for row in connection.execute(select(clusters).where(clusters.c.state == "RUNNING")):
                reason = {
                    "code": "INACTIVITY",
                    "type": "SUCCESS",
                    "parameters": {"databricks_error_message": _STOPPED},
                }
                _terminate(connection, row, reason, _STOPPED, None)


def details(row: ClusterRow) -> dict[str, Any]:
    """A cluster as ``ClusterDetails``, without the snapshot ``spec``."""
    cluster_id, started = row.cluster_id, row.started_ms or row.created_ms
    shown = {
        **complete(user_settings(row), row.creator),
        "cluster_id": cluster_id,
        "creator_user_name": row.creator,
        "cluster_source": row.spec[_SOURCE],
        "state": row.state,
        "state_message": row.state_message,
        "start_time": row.created_ms,
        "last_restarted_time": started,
        "last_state_loss_time": started,
    }
    shown["default_tags"] = {
        "Vendor": "Databricks",
        "Creator": row.creator,
        "ClusterName": shown["cluster_name"],
        "ClusterId": cluster_id,
    }
    if row.state == "TERMINATED":
        shown["terminated_time"] = row.terminated_ms
        shown["termination_reason"] = row.spec.get(_REASON)
    else:
        shown |= _machine(cluster_id, started)
    return shown


def user_settings(row: ClusterRow) -> dict[str, Any]:
    """The settings as the user last sent them."""
    return {name: value for name, value in row.spec.items() if name not in (_SOURCE, _REASON)}


def _machine(cluster_id: str, started: int) -> dict[str, Any]:
    """What only a running cluster has: its driver, and the resources of this machine."""
    identity = blake2b(f"{cluster_id}/{started}".encode(), digest_size=16)
    node = identity.hexdigest()
    return {
        # Changes with each start, as on the platform; 62 bits, so that it fits a signed 64.
        "spark_context_id": int.from_bytes(identity.digest()[:8]) >> 2,
        "driver": {
            "node_id": node,
            "instance_id": f"local-{node[:16]}",
            "private_ip": "127.0.0.1",
            "host_private_ip": "127.0.0.1",
            "start_timestamp": started,
        },
        "jdbc_port": 10000,
        "cluster_cores": float(os.cpu_count() or 1),
        "cluster_memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
    }


def _size(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: settings[name] for name in ("num_workers", "autoscale") if name in settings}


def _row(connection: Connection, cluster_id: str) -> ClusterRow:
    row = connection.execute(
        select(clusters).where(clusters.c.cluster_id == cluster_id)
    ).one_or_none()
    if row is None:
        raise invalid(f"Cluster {cluster_id} does not exist")
    return row


def _row_in(connection: Connection, cluster_id: str, state: str) -> ClusterRow:
    row = _row(connection, cluster_id)
    if row.state != state:
        raise unexpected_state(row)
    return row


def unexpected_state(row: ClusterRow) -> ApiError:
    """400 INVALID_STATE in Databricks' words."""
    return invalid_state(f"Cluster {row.cluster_id} is in unexpected state {row.state.title()}.")


def _set(connection: Connection, cluster_id: str, **values: object) -> None:
    connection.execute(update(clusters).where(clusters.c.cluster_id == cluster_id).values(**values))


def _record_running(connection: Connection, cluster_id: str, settings: dict[str, Any]) -> None:
    workers = target_workers(settings)
    sizes = {"current_num_workers": workers, "target_num_workers": workers}
    record(connection, cluster_id, "RUNNING", sizes)


def _terminate(
    connection: Connection, row: ClusterRow, reason: dict[str, Any], message: str, user: str | None
) -> None:
    record(connection, row.cluster_id, "TERMINATING", {"reason": reason, "user": user})
    _set(
        connection,
        row.cluster_id,
        spec={**row.spec, _REASON: reason},
        state="TERMINATED",
        state_message=message,
        terminated_ms=now_ms(),
    )
