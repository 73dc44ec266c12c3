"""DBFS and the Files API over folders of the home."""

from brickyard.workspace.files.dbfs import DbfsService
from brickyard.workspace.files.service import FilesService

__all__ = ["DbfsService", "FilesService"]
