"""The templates, and what they can ask for."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brickyard.workspace.web import words

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent / "templates"


def page(name: str, **context: Any) -> str:
    """A whole page.

    Args:
        name: The template's file.
        **context: What it shows.
    """
    return _environment().get_template(name).render(context)


def fragment(name: str, *values: Any) -> str:
    """One part of a page, as the page itself has it.

    Args:
        name: A macro of ``fragments.html``.
        *values: Its arguments.
    """
    macro = getattr(_fragments(), name)
    return str(macro(*values)).strip()


@cache
def _environment() -> Environment:
    # Imported at the first page: the server's start does not wait for it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "ago": words.ago,
        "cell_state": words.cell_state,
        "full": words.full,
        "iso": words.iso,
        "duration": words.length,
        "run_state": words.run_state,
    }
    return environment


@cache
def _fragments() -> Any:
    return _environment().get_template("fragments.html").module
