"""Notebooks and workspace files: real files under the home, and the Workspace API over them."""

from brickyard.workspace.notebooks.files import NotebookFiles, NotebookUnavailableError
from brickyard.workspace.notebooks.service import WorkspaceService

__all__ = ["NotebookFiles", "NotebookUnavailableError", "WorkspaceService"]
