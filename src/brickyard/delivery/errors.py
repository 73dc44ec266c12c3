"""What can go wrong between a project file and a finished run."""

from __future__ import annotations

from pathlib import Path

from brickyard.errors import BrickyardError


class ProjectError(BrickyardError):
    """The project file, or something it names, is wrong.

    Args:
        file: The file at fault.
        message: What is wrong, naming key and value.
        line: Line number from 1, when known.
        remedy: What to do.
    """

    def __init__(
        self, file: Path, message: str, *, line: int | None = None, remedy: str = ""
    ) -> None:
        where = f"{file}:{line}" if line else str(file)
        super().__init__(f"{where}: {message}", remedy)
        self.file = file
        self.line = line


class TemplateError(ProjectError):
    """A job template cannot be rendered, or is no valid job."""


class BuildError(BrickyardError):
    """A package cannot be built into a wheel."""


class DeployError(BrickyardError):
    """The workspace is not in a state that the delivery can work with."""


class RunError(BrickyardError):
    """A run cannot be started as asked."""
