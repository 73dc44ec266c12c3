"""Another Spark Connect server than the engine in this process.

It has a catalog and files of its own, and nothing stands between it and the notebook: names and
paths go to it as they are written.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import grpc
from pyspark.errors import PySparkException
from pyspark.sql.connect.client.core import DefaultChannelBuilder
from pyspark.sql.connect.session import SparkSession
from pyspark.version import __version__ as client_version

from brickyard.runtime.spark.errors import LocalSparkError
from brickyard.runtime.spark_conf import CLUSTER_NAME, REMOTE, check_remote, without_parameters

# How long the server has to answer at all; Spark's own client would go on trying for minutes.
CONNECT_SECONDS = 10.0
# Set for the engine that the server stands for instead.
_OTHER_ENGINE = (REMOTE, "spark.master")
# What a cluster's settings carry for the platform alone; a server need not know it.
_PLATFORM = "spark.databricks."


class RemoteSparkError(LocalSparkError):
    """The Spark Connect server that the cluster names cannot be used."""


def connect(conf: Mapping[str, str]) -> SparkSession:
    """A session on the server that ``spark.remote`` names, with the other entries set on it.

    Args:
        conf: The cluster's configuration, secrets put in.

    Raises:
        RemoteSparkError: The address is malformed, or the server does not answer or refuses.
    """
    address = conf[REMOTE]
    problem = check_remote(address)
    if problem is not None:
        raise RemoteSparkError(
            f"{_whose(conf)} has a {REMOTE} that cannot be used: {problem}.", _REMEDY
        )
    _reach(conf)
    session = SparkSession(address)
    try:
        version = session.version
    except PySparkException as exc:
        raise RemoteSparkError(
            f"{_whose(conf)} names {without_parameters(address)} as its {REMOTE}, "
            f"which refused the connection: {_first_line(exc)}",
            _REMEDY,
        ) from exc
    _warn_of_age(version, without_parameters(address))
    _apply(session, conf)
    return session


_REMEDY = (
    f"Start that server, or correct or remove {REMOTE} in the cluster's spark_conf and run again."
)


def _whose(conf: Mapping[str, str]) -> str:
    return f"The cluster {conf.get(CLUSTER_NAME, 'of this run')!r}"


def _reach(conf: Mapping[str, str]) -> None:
    address = conf[REMOTE]
    channel = DefaultChannelBuilder(address).toChannel()
    try:
        grpc.channel_ready_future(channel).result(timeout=CONNECT_SECONDS)
    except grpc.FutureTimeoutError:
        raise RemoteSparkError(
            f"{_whose(conf)} names {without_parameters(address)} as its {REMOTE}, and no Spark "
            f"Connect server answered there within {CONNECT_SECONDS:g} seconds "
            "(a server that speaks TLS needs use_ssl=true).",
            _REMEDY,
        ) from None
    finally:
        channel.close()


def _warn_of_age(version: str, shown: str) -> None:
    if _minor(version) < _minor(client_version):
        warnings.warn(
            f"The Spark server at {shown} is {version}, older than this notebook's client "
            f"({client_version}): calls that are newer than the server fail, "
            "createDataFrame among them.",
            stacklevel=2,
        )


def _minor(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def _apply(session: SparkSession, conf: Mapping[str, str]) -> None:
    for key, value in conf.items():
        if key in _OTHER_ENGINE:
            continue
        try:
            session.conf.set(key, value)
        except PySparkException as exc:
            if not key.startswith(_PLATFORM):
                warnings.warn(
                    f"spark_conf: the Spark server does not let {key} be set on a session: "
                    f"{_first_line(exc)}",
                    stacklevel=2,
                )


def _first_line(exc: Exception) -> str:
    return str(exc).strip().partition("\n")[0]
