"""What the engine needs to know before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from brickyard.runtime.paths import Roots


@dataclass(frozen=True)
class SparkSettings:
    """Settings of one notebook process's Spark.

    Attributes:
        warehouse: Folder of the tables, as ``<catalog>/<schema>/<table>``.
        roots: Where the platform's paths lead on this machine.
        default_catalog: The catalog that one- and two-part names resolve in.
        remote: A Spark Connect address (``sc://host:port/;token=…``) to use instead of the engine
            in this process; its paths and tables are its own, nothing is rewritten.
        mounts: Mount point to source URI.
        conf: Spark configuration set on every session.
    """

    warehouse: Path
    roots: Roots
    default_catalog: str = "main"
    remote: str | None = None
    mounts: Mapping[str, str] = field(default_factory=dict)
    conf: Mapping[str, str] = field(default_factory=dict)
