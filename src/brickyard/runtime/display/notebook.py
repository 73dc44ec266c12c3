"""``display`` in a notebook, and where IPython's own displays go."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Protocol

from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import DisplayHandle

from brickyard.runtime import protocol
from brickyard.runtime.display.bundles import bundle, display_data
from brickyard.runtime.display.figures import (
    close_figures,
    figure_data,
    figure_of,
    open_figures,
)

# What the platform's display takes for a stream.
_OF_STREAMS = ("streamName", "processingTime", "checkpointLocation", "trigger", "outputMode")


class Outlet(Protocol):
    """Where outputs go: the run's channel."""

    position: int

    def output(self, event: protocol.Event) -> None:
        """Send an output."""
        ...

    def clear(self, wait: bool = False) -> None:
        """Remove what the cell has put out."""
        ...


class Displayer:
    """Shows values in the current cell.

    Args:
        outlet: Where outputs go.
        shell: Its formatters make what the platform has no form of its own for.
        before: Called before each output: sees to the text that was printed before it.
    """

    def __init__(self, outlet: Outlet, shell: InteractiveShell, before: Callable[[], None]) -> None:
        self._outlet = outlet
        self._shell = shell
        self._before = before
        self._shown: dict[int, dict[str, Any]] = {}

    def show(self, data: dict[str, Any], name: str | None = None, *, update: bool = False) -> None:
        """Show content.

        Args:
            data: By MIME type.
            name: What the notebook calls the output, to update it later.
            update: Replace the outputs of that name instead.
        """
        self._before()
        event = protocol.display(self._outlet.position, data, name, update=update)
        self._outlet.output(event)

    def clear(self, wait: bool = False) -> None:
        """Remove what the cell has put out; when waiting, at its next output."""
        self._before()
        self._outlet.clear(wait)

    def display(
        self,
        *values: Any,
        display_id: str | bool | None = None,
        raw: bool = False,
        clear: bool = False,
        **options: Any,
    ) -> DisplayHandle | None:
        """Show values, each as an output of its own.

        Args:
            values: Anything.
            display_id: A name for the output, to update it later; True makes one up.
            raw: The values are content by MIME type.
            clear: Remove what the cell has put out before.
            options: Those for streams have no meaning for other values; the rest is refused.

        Returns:
            A handle, when there is a name.
        """
        unknown = [name for name in options if name not in (*_OF_STREAMS, "metadata")]
        if unknown:
            raise TypeError(f"display() got an unexpected keyword argument {unknown[0]!r}")
        name = secrets.token_hex(8) if display_id is True else display_id or None
        if clear:
            self._outlet.clear(wait=True)
        for value in values:
            data = bundle(value, options.get("metadata")) if raw else self._data(value)
            if data:
                self.show(data, name)
        return DisplayHandle(name) if name else None

    def display_html(self, html: object) -> None:
        """Show HTML."""
        self.show(bundle({"text/html": str(html)}))

    def show_figures(self) -> None:
        """Show the figures that are open and were not shown as they are, and close them."""
        try:
            for figure in open_figures():
                data = figure_data(figure, self._shell.display_formatter)
                if self._shown.get(id(figure)) != data:
                    self.show(data)
        finally:
            self._shown.clear()
            close_figures()

    def _data(self, value: Any) -> dict[str, Any]:
        data = display_data(value, self._shell.display_formatter)
        figure = figure_of(value)
        if figure is not None:
            self._shown[id(figure)] = data
        return data


class Publisher(DisplayPublisher):
    """Takes what code shows with ``IPython.display``."""

    displayer: Displayer | None = None

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *_source: object,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_more: object,
    ) -> None:
        """Show content."""
        if self.displayer is not None:
            name = (transient or {}).get("display_id")
            self.displayer.show(bundle(data, metadata), name, update=update)

    def clear_output(self, wait: bool = False) -> None:
        """Remove what the cell has put out; when waiting, at its next output."""
        if self.displayer is not None:
            self.displayer.clear(wait)
