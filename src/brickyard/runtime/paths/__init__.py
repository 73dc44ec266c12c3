"""The platform's paths on this machine: a pure mapping, and two ways for Python to see it."""

from brickyard.runtime.paths.errors import (
    PathEscapeError,
    PathMappingError,
    UnsupportedSchemeError,
)
from brickyard.runtime.paths.fallback import install as install_fallback
from brickyard.runtime.paths.imports import folders_to_import_from
from brickyard.runtime.paths.imports import install as install_imports
from brickyard.runtime.paths.mapping import DRIVER_DISK, PathMap, Roots
from brickyard.runtime.paths.namespace import SWITCH as NAMESPACE_SWITCH
from brickyard.runtime.paths.namespace import NamespaceResult
from brickyard.runtime.paths.namespace import enter as enter_namespace
from brickyard.runtime.paths.namespace import probe as probe_namespace

__all__ = [
    "DRIVER_DISK",
    "NAMESPACE_SWITCH",
    "NamespaceResult",
    "PathEscapeError",
    "PathMap",
    "PathMappingError",
    "Roots",
    "UnsupportedSchemeError",
    "enter_namespace",
    "folders_to_import_from",
    "install_fallback",
    "install_imports",
    "probe_namespace",
]
