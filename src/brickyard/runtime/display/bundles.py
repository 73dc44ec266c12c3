"""From a value to its content by MIME type."""

from __future__ import annotations

import base64
from typing import Any

from IPython.core.formatters import DisplayFormatter

from brickyard.runtime.display.figures import (
    figure_data,
    figure_of,
    with_metadata,
    without_plotly,
)
from brickyard.runtime.display.tables import table_data, table_of


def display_data(value: Any, formatter: DisplayFormatter | None) -> dict[str, Any]:
    """Content by MIME type for any value.

    Args:
        value: A data frame of any of the usual libraries, a figure, or anything else.
        formatter: IPython's, for anything else; empty content when the value shows itself.
    """
    table = table_of(value)
    if table is not None:
        return table_data(table)
    figure = figure_of(value)
    if figure is not None:
        return figure_data(figure, formatter)
    if formatter is None:
        return {"text/plain": repr(value)}
    data, metadata = formatter.format(value)
    return bundle(data, metadata)


def last_expression_data(value: Any, formatter: DisplayFormatter | None) -> dict[str, Any]:
    """Content for a cell's last expression: what IPython makes of it.

    As on the platform, it is not ``display``: Spark frames are only named, and pandas frames show
    as HTML with their index.
    """
    if formatter is None or type(value).__module__.startswith("pyspark."):
        return {"text/plain": repr(value)}
    data, metadata = formatter.format(value)
    return bundle(data, metadata)


def bundle(data: dict[str, Any], metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    """Content as it is sent: images as base64, no script that the workspace has itself."""
    shown = {str(kind): _text(content) for kind, content in data.items()}
    if isinstance(html := shown.get("text/html"), str):
        shown["text/html"] = without_plotly(html)
    return with_metadata(shown, metadata)


def _text(content: Any) -> Any:
    """Bytes of an image as the text that JSON can carry."""
    return base64.b64encode(content).decode() if isinstance(content, bytes) else content
