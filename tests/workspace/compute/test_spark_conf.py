"""What a run finds in its Spark configuration."""

from __future__ import annotations

import json

from brickyard.workspace.compute.catalogue import local_runtime
from brickyard.workspace.compute.spark_conf import run_conf

TAGS = "spark.databricks.clusterUsageTags."


def test_a_cluster_gives_its_conf_and_tags() -> None:
    cluster = {
        "cluster_name": "nightly",
        "cluster_id": "0101-000000-abcdefgh",
        "custom_tags": {"team": "ml"},
        "spark_conf": {"spark.sql.shuffle.partitions": "8", f"{TAGS}clusterName": "own"},
    }
    found = run_conf(cluster, "http://127.0.0.1:80", 42)
    assert found["spark.sql.shuffle.partitions"] == "8"
    assert found[f"{TAGS}clusterId"] == "0101-000000-abcdefgh"
    assert found[f"{TAGS}clusterName"] == "own", "what the user sets goes before"
    assert json.loads(found[f"{TAGS}clusterAllTags"]) == [{"key": "team", "value": "ml"}]
    assert found["spark.databricks.workspaceUrl"] == "127.0.0.1:80"


def test_without_a_cluster_there_is_the_workspace() -> None:
    found = run_conf({}, "http://127.0.0.1:80", 42)
    assert found[f"{TAGS}clusterOwnerOrgId"] == "42"
    assert f"{TAGS}clusterName" not in found
    assert found[f"{TAGS}sparkVersion"] == f"{local_runtime()}.x-scala2.12", "users parse it"
