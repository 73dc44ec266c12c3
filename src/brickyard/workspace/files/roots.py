"""Which folder of the home a path of the Files API means.

``/Volumes/<catalog>/<schema>/<volume>/…`` and ``/Models/<catalog>/<schema>/<model>/<version>/…``
are folders of the same shape. ``/WorkspaceInternal/Mlflow/Artifacts/<experiment>/Runs/<run>/…``
and ``…/LoggedModels/<model>/…`` are MLflow's names for what its server keeps below its artifact
root as ``<experiment>/<run>/…`` and ``<experiment>/models/<model>/…`` (source: MLflow's
``DatabricksRunArtifactRepository`` and ``SqlAlchemyStore``), so both see the same files;
``…/Traces/<trace>/…`` is ours, for ``<experiment>/traces/<trace>/…``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from brickyard.workspace.api.errors import ApiError, invalid
from brickyard.workspace.files.paths import locate, split
from brickyard.workspace.home import Home

_INTERNAL = ["WorkspaceInternal", "Mlflow", "Artifacts"]
_KINDS = {"LoggedModels": "models", "Traces": "traces"}


@dataclass(frozen=True)
class Place:
    """A path of the Files API.

    Attributes:
        shown: As clients write it, without a trailing slash.
        disk: Where it lies.
        root: The folder it may not leave.
        spare: How many names it has beyond the container (volume, model version, MLflow run) that
            it lies in; negative above a container.
    """

    shown: str
    disk: Path
    root: Path
    spare: int


class Roots:
    """The folders behind the Files API.

    Args:
        home: Where they are.
    """

    def __init__(self, home: Home) -> None:
        self._home = home

    def find(self, path: str) -> Place:
        """Where a path lies.

        Raises:
            ApiError: 400 when no folder stands behind it, or as :func:`paths.locate` says.
        """
        names = split(path)
        first = names[0] if names else ""
        if first == "Volumes":
            root, below, spare = self._home.volumes, names[1:], len(names) - 4
        elif first == "Models":
            root, below, spare = self._home.models, names[1:], len(names) - 5
        elif names[:3] == _INTERNAL:
            root, below, spare = self._home.artifacts, _artifact_names(names[3:]), len(names) - 6
        else:
            raise invalid(
                f"The path {path!r} is not in the Files API: "
                "it must start with /Volumes/<catalog>/<schema>/<volume>."
            )
        return Place("/" + "/".join(names), locate(root, below), root, spare)

    def inner(self, path: str) -> Place:
        """Where a path lies that must be below its container.

        Raises:
            ApiError: 400 when the path names a container or something above it.
        """
        place = self.find(path)
        if place.spare < 1:
            raise ApiError(
                400,
                "INVALID_PARAMETER_VALUE",
                f"The path {place.shown} names no file: at least "
                "/Volumes/<catalog>/<schema>/<volume>/<file> is needed.",
            )
        return place


def _artifact_names(names: list[str]) -> list[str]:
    """MLflow's own names for ``<experiment>/Runs/<run>/…``."""
    if len(names) < 3:
        raise invalid("Run artifacts need a path …/<experiment>/Runs/<run>.")
    experiment, kind, owner, *rest = names
    if kind == "Runs":
        return [experiment, owner, *rest]
    if kind in _KINDS:
        return [experiment, _KINDS[kind], owner, *rest]
    raise invalid(f"{kind!r} is none of 'Runs', {', '.join(map(repr, _KINDS))}.")
