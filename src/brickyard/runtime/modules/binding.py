"""The run that the modules speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from brickyard.runtime.context import NotebookContext


@dataclass(frozen=True)
class Binding:
    """What there is to know of a run.

    Attributes:
        names: The names that notebooks find.
        context: The context.
    """

    names: dict[str, Any]
    context: NotebookContext


_bound: Binding | None = None


def bind(names: dict[str, Any], context: NotebookContext) -> None:
    """Let the modules speak of a run: once a process, when its run is known."""
    global _bound
    _bound = Binding(names, context)


def bound() -> Binding:
    """The run.

    Raises:
        ImportError: There is none yet; libraries take that for not being on the platform.
    """
    if _bound is None:
        raise ImportError("No notebook runs in this process.")
    return _bound
