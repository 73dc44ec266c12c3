"""The cluster a target's jobs run on: named by id, found by name, or created once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from brickyard.delivery.errors import DeployError
from brickyard.delivery.project import Target
from brickyard.errors import did_you_mean

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient


def find_cluster(client: WorkspaceClient, target: Target) -> tuple[str | None, bool]:
    """The id of the target's cluster, creating it if the target says how and there is none.

    Returns:
        The id, or None when the target names no compute (job templates then bring their own), and
        whether it was created.

    Raises:
        DeployError: The named cluster does not exist, or several have its name.
    """
    if target.existing_cluster_id:
        return _by_id(client, target.name, target.existing_cluster_id), False
    name = target.cluster_name or (target.cluster or {}).get("cluster_name")
    if name is None:
        return None, False
    known = {
        str(cluster.cluster_id): str(cluster.cluster_name)
        for cluster in client.clusters.list()
        # Each run's own cluster is listed too, under names that may repeat.
        if cluster.cluster_source is None or cluster.cluster_source.value != "JOB"
    }
    found = [cluster_id for cluster_id, its_name in known.items() if its_name == name]
    if len(found) > 1:
        raise DeployError(
            f"Target {target.name!r}: {len(found)} clusters are named {name!r}: "
            f"{', '.join(sorted(found))}.",
            f"Name one by id: existing_cluster_id = … in [targets.{target.name}].",
        )
    if found:
        return found[0], False
    if target.cluster is None:
        raise DeployError(
            f"Target {target.name!r}: no cluster is named {name!r}.",
            did_you_mean(name, known.values()) or f"Add [targets.{target.name}.cluster].",
        )
    return _create(client, target.cluster), True


def _by_id(client: WorkspaceClient, target: str, cluster_id: str) -> str:
    from databricks.sdk.errors import InvalidParameterValue, NotFound

    try:
        client.clusters.get(cluster_id)
    except (NotFound, InvalidParameterValue) as exc:
        known = [str(cluster.cluster_id) for cluster in client.clusters.list()]
        raise DeployError(
            f"Target {target!r}: cluster {cluster_id!r} does not exist.",
            did_you_mean(cluster_id, known)
            or f"Describe one that is to be created in [targets.{target}.cluster].",
        ) from exc
    return cluster_id


def _create(client: WorkspaceClient, settings: Mapping[str, Any]) -> str:
    from databricks.sdk.service.compute import ClusterSpec

    parsed = ClusterSpec.from_dict(dict(settings))
    given = {name: getattr(parsed, name) for name in settings}
    # Not waited for: a job's first run starts it or waits for it.
    return str(client.clusters.create(**given).cluster_id)
