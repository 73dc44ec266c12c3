"""``%md``: text for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brickyard.notebook import Cell


def show_markdown(cell: Cell, show: Callable[[dict[str, Any]], None]) -> None:
    """Show the text itself; the page renders it."""
    show({"text/markdown": cell.body})
