"""Notebook formats: text to cells and back. Standard library only: all rooms use it."""

from brickyard.notebook.jupyter import HEADS as JUPYTER_HEADS
from brickyard.notebook.jupyter import (
    detect_jupyter,
    load_document,
    notebook_of,
    parse_jupyter,
    render_jupyter,
    settle,
)
from brickyard.notebook.model import Cell, Notebook, NotebookFormatError, cell_language
from brickyard.notebook.source import HEADERS, detect_language, parse, render

__all__ = [
    "HEADERS",
    "JUPYTER_HEADS",
    "Cell",
    "Notebook",
    "NotebookFormatError",
    "cell_language",
    "detect_jupyter",
    "detect_language",
    "load_document",
    "notebook_of",
    "parse",
    "parse_jupyter",
    "render",
    "render_jupyter",
    "settle",
]
