"""Cluster libraries: what a cluster has asked for, what became of it, and the API for both."""

from brickyard.workspace.compute.libraries.clusters import LIBRARY_ERROR, ClusterLibraries
from brickyard.workspace.compute.libraries.kinds import Library, check_libraries, read_libraries
from brickyard.workspace.compute.libraries.service import LibrariesService

__all__ = [
    "LIBRARY_ERROR",
    "ClusterLibraries",
    "LibrariesService",
    "Library",
    "check_libraries",
    "read_libraries",
]
