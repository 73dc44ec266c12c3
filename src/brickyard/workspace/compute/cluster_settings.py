"""A cluster's settings as a user sends them: checked, then completed with the server's defaults.

Sources: the Clusters API's documented constraints; the SDK's ``ClusterSpec`` for names and types.
"""

from __future__ import annotations

import re
from typing import Any

from brickyard.errors import did_you_mean
from brickyard.runtime.spark_conf import REMOTE, check_remote
from brickyard.wire import Problem, check, fields_of, sdk_types
from brickyard.workspace.api.errors import ApiError, invalid, malformed, unimplemented
from brickyard.workspace.compute import catalogue, memory

# A cluster with these would need another machine or image than this one.
_NOT_LOCAL = ("clone_from", "docker_image", "init_scripts")
_INTEGERS = ("num_workers", "autotermination_minutes")
_AUTOTERMINATION = range(10, 10_001)  # minutes
_MOST_TAGS = 45
_VERSION = re.compile(r"(auto|custom):.+|\d+\.(\d+|x)(\.(\d+|x))?(-[a-z0-9-]+)?-scala2\.\d+")
_SINGLE_NODE_CONF = {"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"}
_SINGLE_NODE_TAG = {"ResourceClass": "SingleNode"}


def read_settings(fields: dict[str, Any]) -> dict[str, Any]:
    """The settings in a request's fields, checked.

    Imports the SDK's types at first use, which takes a second: call it in a thread.

    Args:
        fields: Fields of ``clusters/create`` or ``edit``; what is no setting is passed over, as
            the platform does.

    Returns:
        What the user asked for, without defaults.

    Raises:
        ApiError: A value is missing, wrong, or not possible here (501).
    """
    kind = sdk_types("compute").ClusterSpec

    for name in _NOT_LOCAL:
        if fields.get(name):
            raise unimplemented(f"A cluster with {name}")
    known = fields_of(kind)
    settings = {k: v for k, v in fields.items() if k in known and v is not None}
    _read_numbers(settings)
    for problem in check(settings, kind):
        if problem.kind != "unknown":
            raise _refusal(problem)
    _check_version(settings)
    _check_node_type(settings)
    _check_size(settings)
    _check_limits(settings)
    _check_engine(settings)
    _check_memory(settings)
    return settings


def read_size(fields: dict[str, Any]) -> dict[str, Any]:
    """The new size in a ``clusters/resize``: ``num_workers`` or ``autoscale``.

    Raises:
        ApiError: Neither, both, or a wrong value.
    """
    kind = sdk_types("compute").ClusterSpec

    names = ("num_workers", "autoscale")
    size = {name: fields[name] for name in names if fields.get(name) is not None}
    _read_numbers(size)
    for problem in check(size, kind):
        if problem.kind != "unknown":
            raise _refusal(problem)
    _check_size(size)
    return size


def complete(settings: dict[str, Any], user: str) -> dict[str, Any]:
    """Settings with the defaults that Azure Databricks fills in.

    Args:
        settings: From :func:`read_settings`.
        user: Who made the cluster; the single user of a SINGLE_USER cluster that names none.
    """
    full = {
        "cluster_name": "",
        "autotermination_minutes": 0,
        "enable_elastic_disk": True,
        "enable_local_disk_encryption": False,
        "azure_attributes": {},
        **settings,
    }
    full["azure_attributes"] = {
        "first_on_demand": 1,
        "availability": "ON_DEMAND_AZURE",
        "spot_bid_max_price": -1.0,
        **full["azure_attributes"],
    }
    if "node_type_id" in full:
        full.setdefault("driver_node_type_id", full["node_type_id"])
    if full.get("is_single_node"):
        full["num_workers"] = 0
        full["spark_conf"] = {**_SINGLE_NODE_CONF, **full.get("spark_conf", {})}
        full["custom_tags"] = {**full.get("custom_tags", {}), **_SINGLE_NODE_TAG}
    if full.get("data_security_mode") in {"SINGLE_USER", "DATA_SECURITY_MODE_DEDICATED"}:
        full.setdefault("single_user_name", user)
    return full


def target_workers(settings: dict[str, Any]) -> int:
    """How many workers a cluster starts with; an autoscaling one with its minimum."""
    autoscale = settings.get("autoscale")
    return int(autoscale["min_workers"] if autoscale else settings.get("num_workers", 0))


def _read_numbers(settings: dict[str, Any]) -> None:
    """Turn digits in text into numbers, as JSON for protocol buffers allows."""
    for name in _INTEGERS:
        settings.update(_read_number(settings, name))
    autoscale = settings.get("autoscale")
    if isinstance(autoscale, dict):
        numbers = [_read_number(autoscale, name) for name in ("min_workers", "max_workers")]
        settings["autoscale"] = {**autoscale, **numbers[0], **numbers[1]}


def _read_number(holder: dict[str, Any], name: str) -> dict[str, int]:
    value = holder.get(name)
    digits = isinstance(value, str) and value.isascii() and value.isdecimal()
    return {name: int(str(value))} if digits else {}


def _refusal(problem: Problem) -> ApiError:
    if problem.kind == "value":
        return invalid(str(problem))
    return malformed(f"Could not parse request object: {problem}")


def _check_version(settings: dict[str, Any]) -> None:
    version = settings.get("spark_version")
    if version is None:
        raise invalid("Missing required field: spark_version")
    if not _VERSION.fullmatch(version):
        known = [each["key"] for each in catalogue.spark_versions()]
        raise invalid(f"Invalid spark version {version}. {did_you_mean(version, known)}")


def _check_node_type(settings: dict[str, Any]) -> None:
    has = [name for name in ("node_type_id", "instance_pool_id") if settings.get(name)]
    if len(has) == 2:
        raise invalid("node_type_id must not be set together with instance_pool_id.")
    if not has and settings.get("kind") is None and settings.get("policy_id") is None:
        raise invalid("Missing required field: node_type_id (or instance_pool_id)")


def _check_size(settings: dict[str, Any]) -> None:
    if settings.get("is_single_node") and settings.get("kind") != "CLASSIC_PREVIEW":
        raise invalid("is_single_node can only be set together with kind CLASSIC_PREVIEW.")
    sizes = [name for name in ("num_workers", "autoscale") if settings.get(name) is not None]
    if len(sizes) != 1 and not (settings.get("is_single_node") and not sizes):
        raise invalid("Exactly 1 of num_workers or autoscale must be specified.")
    workers = settings.get("num_workers", 0)
    if workers < 0:
        raise invalid(f"num_workers {workers} must not be negative.")
    if "autoscale" in settings:
        _check_autoscale(settings["autoscale"])


def _check_autoscale(autoscale: dict[str, Any]) -> None:
    low, high = autoscale.get("min_workers"), autoscale.get("max_workers")
    if low is None or high is None:
        raise invalid("autoscale needs min_workers and max_workers.")
    if not 0 <= low <= high or high == 0:
        raise invalid(
            f"autoscale with min_workers {low} and max_workers {high}: the minimum must not be "
            "negative nor above the maximum, which must be at least 1."
        )


def _check_engine(settings: dict[str, Any]) -> None:
    """A cluster may name another Spark Connect server than the engine of its notebooks."""
    address = (settings.get("spark_conf") or {}).get(REMOTE)
    problem = check_remote(address) if address is not None else None
    if problem is not None:
        raise invalid(f"spark_conf[{REMOTE!r}]: {problem}.")


def _check_memory(settings: dict[str, Any]) -> None:
    """A cluster may limit the memory of each of its runs."""
    try:
        memory.limit_of(settings)
    except memory.MemorySizeError as exc:
        raise invalid(f"spark_env_vars: {exc}") from exc


def _check_limits(settings: dict[str, Any]) -> None:
    minutes = settings.get("autotermination_minutes", 0)
    if minutes and minutes not in _AUTOTERMINATION:
        raise invalid(
            f"autotermination_minutes {minutes} must be 0 (never) or between "
            f"{_AUTOTERMINATION[0]} and {_AUTOTERMINATION[-1]}."
        )
    tags = settings.get("custom_tags", {})
    if len(tags) > _MOST_TAGS:
        raise invalid(f"There are {len(tags)} custom_tags; at most {_MOST_TAGS} are allowed.")
