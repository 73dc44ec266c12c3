"""Artifact addresses: MLflow's own and Databricks', one for one.

The server keeps ``mlflow-artifacts:/<experiment>/…``, which its pages and plain http clients read
through it. A client whose tracking URI is ``databricks`` knows only
``dbfs:/databricks/mlflow-tracking/<experiment>/…`` (source: MLflow's ``dbfs_artifact_repo``), and
moves the files through the Files API. So the server's database stays MLflow's own, and addresses
are rewritten on the way, in the fields that hold one and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

OWN = "mlflow-artifacts:/"
DATABRICKS = "dbfs:/databricks/mlflow-tracking/"

_FIELDS = frozenset(
    {"artifact_uri", "artifact_location", "root_uri", "source", "mlflow.artifactLocation"}
)
# Below an experiment: what MLflow calls a folder, and what Databricks calls it.
_OWN_MODEL = re.compile(r"^([^/]+)/models/(m-[^/]+)(/|$)")
_OWN_TRACE = re.compile(r"^([^/]+)/traces/(tr-[^/]+)(/|$)")
_DATABRICKS_MODEL = re.compile(r"^([^/]+)/logged_models/(m-[^/]+)(/|$)")
_DATABRICKS_TRACE = re.compile(r"^([^/]+)/(tr-[^/]+)(/|$)")


def to_databricks(address: str) -> str:
    """The Databricks form of one of MLflow's own addresses; any other stays."""
    if not address.startswith(OWN):
        return address
    below = address.removeprefix(OWN).lstrip("/")
    below = _OWN_MODEL.sub(r"\1/logged_models/\2\3", below)
    below = _OWN_TRACE.sub(r"\1/\2\3", below)
    return DATABRICKS + below


def to_own(address: str) -> str:
    """MLflow's own form of a Databricks address of artifacts; any other stays."""
    if not address.startswith(DATABRICKS):
        return address
    below = address.removeprefix(DATABRICKS)
    below = _DATABRICKS_MODEL.sub(r"\1/models/\2\3", below)
    below = _DATABRICKS_TRACE.sub(r"\1/traces/\2\3", below)
    return OWN + below


def files_path(address: str) -> str | None:
    """Where the Files API has the files of an address, in either form.

    Returns:
        A path ``/WorkspaceInternal/Mlflow/Artifacts/…``, or None for another kind of address.
    """
    own = to_own(address)
    if not own.startswith(OWN):
        return None
    experiment, _, below = own.removeprefix(OWN).lstrip("/").partition("/")
    if below.startswith("models/m-"):
        owner = "LoggedModels/" + below.removeprefix("models/")
    elif below.startswith("traces/tr-"):
        owner = "Traces/" + below.removeprefix("traces/")
    else:
        owner = f"Runs/{below}"
    return f"/WorkspaceInternal/Mlflow/Artifacts/{experiment}/{owner}"


def rewrite(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with the addresses in it changed.

    Args:
        value: What ``json.loads`` gave.
        change: :func:`to_databricks` or :func:`to_own`.
    """
    if isinstance(value, list):
        return [rewrite(item, change) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("key") in _FIELDS and isinstance(value.get("value"), str):
        return {**value, "value": change(value["value"])}
    return {
        name: change(item) if name in _FIELDS and isinstance(item, str) else rewrite(item, change)
        for name, item in value.items()
    }
