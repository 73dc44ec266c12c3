"""Where a run stands among others: what its notebook's context is to tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from brickyard.runtime.protocol import Identity
from brickyard.workspace.compute.catalogue import local_runtime
from brickyard.workspace.jobs.records import Row, RunRecords
from brickyard.workspace.notebooks.paths import object_id

_VERSION = re.compile(r"\d+\.(?:\d+|x)")


def identity_of(
    task: Row, records: RunRecords, workspace_id: int, cluster: Mapping[str, Any]
) -> Identity:
    """What a task run's notebook may know of it.

    Args:
        task: The task run.
        records: The runs.
        workspace_id: The number of the workspace.
        cluster: What the run runs on; empty without a cluster.
    """
    run = records.get(task["parent_id"])
    return Identity(
        job_id=task["job_id"] or 0,
        job_name=run["name"],
        job_run_id=run["run_id"],
        task_key=task["task_key"],
        notebook_id=object_id(task["settings"]["notebook_task"]["notebook_path"]),
        run_type=run["run_type"],
        root_run_id=lineage(records, run)[-1],
        user=task["creator"],
        workspace_id=workspace_id,
        cluster_id=cluster.get("cluster_id", ""),
        runtime_version=_runtime_version(cluster.get("spark_version", "")),
    )


def lineage(records: RunRecords, run: Row) -> list[int]:
    """A job run, the one whose notebook has started it, and so on up to the top."""
    found = [run["run_id"]]
    while run["caller_id"] is not None:
        run = records.get(records.get(run["caller_id"])["parent_id"])
        found.append(run["run_id"])
    return found


def _runtime_version(spark_version: str) -> str:
    """``15.4`` of ``15.4.x-cpu-ml-scala2.12``; without a cluster, the one of this Python."""
    named = _VERSION.match(spark_version)
    return named[0] if named else local_runtime()
