"""``dbruntime.display``: showing values, for modules that a notebook imports."""

from __future__ import annotations

from typing import Any

from brickyard.runtime.modules.binding import bound


def display(*values: Any, **options: Any) -> None:
    """Show values, as in the notebook."""
    bound().names["display"](*values, **options)


def displayHTML(html: str) -> None:  # noqa: N802 - the platform's name
    """Show HTML, as in the notebook."""
    bound().names["displayHTML"](html)
