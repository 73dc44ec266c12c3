"""What can go wrong when a path of the platform is turned into a path of this machine."""

from __future__ import annotations

from brickyard.errors import BrickyardError


class PathMappingError(BrickyardError):
    """A path cannot be turned into a place in the local workspace."""


class PathEscapeError(PathMappingError):
    """A path climbs out of the root it starts in."""

    def __init__(self, path: str, root: str) -> None:
        super().__init__(
            f"The path {path!r} leaves {root} through '..'.",
            "Write a path that stays below it.",
        )


class UnsupportedSchemeError(PathMappingError):
    """A URI's scheme has no place in the local workspace."""

    def __init__(self, path: str, scheme: str) -> None:
        super().__init__(
            f"The path {path!r} has the scheme {scheme!r}, unknown to the local workspace.",
            "Use dbfs:, abfss:, wasbs:, file:, /Volumes/… or /Workspace/….",
        )
