"""A cluster's ``spark_conf``: what of it concerns the choice of an engine. Imports no Spark."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

REMOTE = "spark.remote"
CLUSTER_NAME = "spark.databricks.clusterUsageTags.clusterName"
CLUSTER_ID = "spark.databricks.clusterUsageTags.clusterId"

_SECRET = re.compile(r"\{\{\s*secrets/([^/{}\s]+)/([^/{}\s]+)\s*\}\}")
_ADDRESS = re.compile(
    r"sc://(?P<host>\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d{1,5}))?"
    r"(?P<parameters>/(?:;[^;=\s/]+=[^;\s]*)*;?)?"
)
_LARGEST_PORT = 65_535


def check_remote(address: str) -> str | None:
    """What is wrong with a ``spark.remote``; None when it is a Spark Connect address.

    Args:
        address: Such as ``sc://host:15002/;use_ssl=true;token=…``; secrets may be referred to.
    """
    form = "sc://host[:port][/;key=value;…]"
    found = _ADDRESS.fullmatch(_SECRET.sub("secret", address))
    if found is None:
        return f"{without_parameters(address)!r} is not a Spark Connect address: write {form}"
    port = found.group("port")
    if port is not None and not 0 < int(port) <= _LARGEST_PORT:
        return f"the port {port} must be between 1 and {_LARGEST_PORT}"
    return None


def without_parameters(address: str) -> str:
    """An address that may be shown: its parameters, the token among them, are left out."""
    scheme, colons, rest = address.partition("://")
    return scheme + colons + re.split(r"[/;]", rest, maxsplit=1)[0]


def with_secrets(conf: Mapping[str, str], read: Callable[[str, str], str]) -> dict[str, str]:
    """Configuration with ``{{secrets/scope/key}}`` replaced by the secrets' values.

    Args:
        conf: As the cluster has it.
        read: Gives a secret's value by scope and key.
    """
    return {
        key: _SECRET.sub(lambda match: read(match[1], match[2]), value)
        for key, value in conf.items()
    }
