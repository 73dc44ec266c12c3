"""Figures: matplotlib's as images, in the format that a notebook has chosen; plotly's as data."""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from typing import Any

from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import print_figure

from brickyard.runtime.protocol import METADATA_MIME, PLOTLY_MIME

# Plotly would open a browser, or have a page load its script from elsewhere.
_PLOTLY = {"PLOTLY_RENDERER": "plotly_mimetype"}

_PLOTLY_TAG = '<script src="/static/brickyard/plotly.js"></script>'
_LARGE = 1_000_000


def prepare_figures(shell: InteractiveShell) -> None:
    """Have figures shown as notebooks expect, whichever call shows them; imports nothing."""
    for name, value in _PLOTLY.items():
        os.environ.setdefault(name, value)
    if shell.display_formatter is not None:
        show = partial(print_figure, fmt="png", base64=True)
        images = shell.display_formatter.formatters["image/png"]
        images.for_type_by_name("matplotlib.figure", "Figure", show)


def figure_of(value: Any) -> Any:
    """The matplotlib figure that a value is, or belongs to; None for all else."""
    module = type(value).__module__
    if module.startswith("matplotlib.") and hasattr(value, "savefig"):
        return value
    if module.startswith("matplotlib.") and hasattr(value, "get_figure"):
        return value.get_figure()
    if module.startswith("seaborn."):
        return getattr(value, "figure", None)
    return None


def figure_data(figure: Any, formatter: DisplayFormatter | None = None) -> dict[str, Any]:
    """A matplotlib figure as an image."""
    if formatter is not None:
        data, metadata = formatter.format(figure)
        return with_metadata(data, metadata)
    image = print_figure(figure, base64=True)
    return {"text/plain": str(figure)} | ({"image/png": image} if image else {})


def open_figures() -> list[Any]:
    """The figures that pyplot has open, if the notebook uses it."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return [] if pyplot is None else [pyplot.figure(number) for number in pyplot.get_fignums()]


def close_figures() -> None:
    """Have pyplot begin anew."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")


def plotly_data(plotly_io: Any, figure: Any, options: dict[str, Any]) -> dict[str, Any]:
    """A plotly figure as its data; the page has the script that draws it.

    Args:
        plotly_io: The module ``plotly.io``.
        figure: A figure, or a dict of one.
        options: Of ``show``; ``config`` is the script's.
    """
    data = json.loads(plotly_io.to_json(figure, validate=bool(options.get("validate", True))))
    if isinstance(config := options.get("config"), dict):
        data["config"] = config
    traces = ", ".join(sorted({str(t.get("type", "scatter")) for t in data.get("data", [])}))
    return {PLOTLY_MIME: data, "text/plain": f"plotly figure ({traces or 'empty'})"}


def without_plotly(html: str) -> str:
    """HTML that refers to plotly's script where it holds a copy of its 5 MB."""
    plotly = sys.modules.get("plotly.offline")
    if plotly is None or len(html) < _LARGE:
        return html
    script = plotly.get_plotlyjs()
    for tag in ('<script type="text/javascript">', "<script>"):
        html = html.replace(f"{tag}{script}</script>", _PLOTLY_TAG)
    return html


def with_metadata(data: dict[str, Any], metadata: dict[str, Any] | None) -> dict[str, Any]:
    """Content by type, with what is said of it as a type of its own."""
    return {**data, METADATA_MIME: metadata} if metadata else dict(data)
