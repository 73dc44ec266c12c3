"""The Spark configuration that a run on a cluster finds: the cluster's own, and its usage tags."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from brickyard.runtime.spark_conf import CLUSTER_ID, CLUSTER_NAME
from brickyard.workspace.compute.catalogue import local_runtime

_TAGS = "spark.databricks.clusterUsageTags."
# Usage tags and the fields of ClusterDetails that they repeat.
_FIELDS = {
    CLUSTER_NAME: "cluster_name",
    CLUSTER_ID: "cluster_id",
    f"{_TAGS}sparkVersion": "spark_version",
    f"{_TAGS}clusterNodeType": "node_type_id",
    f"{_TAGS}driverNodeType": "driver_node_type_id",
    f"{_TAGS}dataSecurityMode": "data_security_mode",
    f"{_TAGS}clusterCreator": "creator_user_name",
}


def run_conf(cluster: Mapping[str, Any], host: str, workspace_id: int) -> dict[str, str]:
    """What ``spark.conf`` of a run holds beside Spark's own defaults.

    Args:
        cluster: ``ClusterDetails`` of what the run runs on; empty without a cluster.
        host: The workspace's address.
        workspace_id: Its number.
    """
    organisation = str(workspace_id)
    found = {
        "spark.databricks.workspaceUrl": urlsplit(host).netloc,
        f"{_TAGS}clusterOwnerOrgId": organisation,
        f"{_TAGS}orgId": organisation,
        f"{_TAGS}cloudProvider": "Azure",
        f"{_TAGS}sparkVersion": f"{local_runtime()}.x-scala2.12",
    }
    found |= {tag: str(cluster[field]) for tag, field in _FIELDS.items() if cluster.get(field)}
    tags = {**cluster.get("default_tags", {}), **cluster.get("custom_tags", {})}
    if tags:
        pairs = [{"key": key, "value": value} for key, value in tags.items()]
        found[f"{_TAGS}clusterAllTags"] = json.dumps(pairs)
    return found | {str(k): str(v) for k, v in (cluster.get("spark_conf") or {}).items()}
