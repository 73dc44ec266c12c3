"""The notebook SOURCE format: text to cells and back. Standard library only: all rooms use it."""

from brickyard.notebook.model import Cell, Notebook, NotebookFormatError, cell_language
from brickyard.notebook.source import HEADERS, detect_language, parse, render

__all__ = [
    "HEADERS",
    "Cell",
    "Notebook",
    "NotebookFormatError",
    "cell_language",
    "detect_language",
    "parse",
    "render",
]
