"""Python environments that runs live in: the server's own, and what is added to it, built by uv."""

from brickyard.workspace.compute.environments.base import Base
from brickyard.workspace.compute.environments.builds import (
    BuildError,
    Environment,
    Environments,
)
from brickyard.workspace.compute.environments.requirements import (
    Item,
    RequirementsError,
    Sources,
    read_requirements,
)

__all__ = [
    "Base",
    "BuildError",
    "Environment",
    "Environments",
    "Item",
    "RequirementsError",
    "Sources",
    "read_requirements",
]
