"""The platform's paths on this machine: a pure mapping, and two ways for Python to see it."""

from brickyard.runtime.paths.errors import (
    PathEscapeError,
    PathMappingError,
    UnsupportedSchemeError,
)
from brickyard.runtime.paths.fallback import install as install_fallback
from brickyard.runtime.paths.mapping import PathMap, Roots
from brickyard.runtime.paths.namespace import NamespaceResult
from brickyard.runtime.paths.namespace import enter as enter_namespace
from brickyard.runtime.paths.namespace import probe as probe_namespace

__all__ = [
    "NamespaceResult",
    "PathEscapeError",
    "PathMap",
    "PathMappingError",
    "Roots",
    "UnsupportedSchemeError",
    "enter_namespace",
    "install_fallback",
    "probe_namespace",
]
