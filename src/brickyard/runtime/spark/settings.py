"""What the engine needs to know before it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from brickyard.runtime.paths import Roots
from brickyard.runtime.spark.errors import LocalSparkError
from brickyard.runtime.spark_conf import with_secrets


@dataclass(frozen=True)
class SparkSettings:
    """Settings of one notebook process's Spark.

    Attributes:
        warehouse: Folder of the tables, as ``<catalog>/<schema>/<table>``.
        roots: Where the platform's paths lead on this machine.
        default_catalog: The catalog that one- and two-part names resolve in.
        mounts: Mount point to source URI.
        conf: The cluster's Spark configuration, set on every session. ``spark.remote`` in it is a
            Spark Connect address to use instead of the engine in this process. May refer to
            secrets as ``{{secrets/scope/key}}``.
        secret: Reads a secret by scope and key, when the engine starts.
        user: Who ``current_user()`` is; empty for the process's own user.
    """

    warehouse: Path
    roots: Roots
    default_catalog: str = "main"
    mounts: Mapping[str, str] = field(default_factory=dict)
    conf: Mapping[str, str] = field(default_factory=dict)
    secret: Callable[[str, str], str] | None = None
    user: str = ""

    def read_conf(self) -> dict[str, str]:
        """The configuration with its secrets.

        Raises:
            LocalSparkError: It refers to secrets, and there is nobody to ask for them.
        """
        return with_secrets(self.conf, self.secret or _no_secrets)


def _no_secrets(scope: str, key: str) -> str:
    raise LocalSparkError(
        f"spark_conf refers to the secret {scope}/{key}, which cannot be read here.",
        "Run the notebook on a workspace.",
    )
