"""What ``display`` makes of a value: tables, figures, or its own rich form."""

from __future__ import annotations

import base64
import io
import itertools
import json
import math
from collections.abc import Iterable
from typing import Any

from IPython.core.formatters import DisplayFormatter

from brickyard.runtime.protocol import TABLE_MIME, Table

# docs: notebook limits. A table shows at most 10,000 rows or 2 MB, whichever is less.
ROW_LIMIT = 10_000
BYTE_LIMIT = 2 * 1024 * 1024


def display_data(value: Any, formatter: DisplayFormatter | None) -> dict[str, Any]:
    """Content by MIME type for any value.

    Args:
        value: A Spark or pandas data frame, a matplotlib figure, or anything else.
        formatter: IPython's, for anything else.
    """
    family = type(value).__module__
    if family.startswith("pyspark.sql") and hasattr(value, "toPandas"):
        return table_data(spark_table(value))
    if family.startswith("pandas.") and hasattr(value, "columns"):
        return table_data(pandas_table(value))
    if family.startswith("matplotlib.") and hasattr(value, "savefig"):
        return figure_data(value)
    if formatter is None:
        return {"text/plain": repr(value)}
    data, _metadata = formatter.format(value)
    return {kind: _text(content) for kind, content in data.items()}


def last_expression_data(value: Any, formatter: DisplayFormatter | None) -> dict[str, Any]:
    """Content for a cell's last expression: as ``display``, but Spark frames are only named."""
    if type(value).__module__.startswith("pyspark."):
        return {"text/plain": repr(value)}
    return display_data(value, formatter)


def spark_table(frame: Any) -> Table:
    """The head of a Spark data frame; one row more is fetched to know whether it was cut."""
    fields = frame.schema.fields
    rows = frame.limit(ROW_LIMIT + 1).collect()
    return _table([f.name for f in fields], [f.dataType.simpleString() for f in fields], rows)


def pandas_table(frame: Any) -> Table:
    """The head of a pandas data frame."""
    head = frame.head(ROW_LIMIT + 1)
    rows = head.itertuples(index=False, name=None)
    return _table([str(c) for c in frame.columns], [str(t) for t in frame.dtypes], rows)


def table_data(table: Table) -> dict[str, Any]:
    """A table with a plain-text fallback."""
    shown = len(table["rows"])
    more = "+" if table["truncated"] else ""
    return {
        TABLE_MIME: table,
        "text/plain": f"{shown}{more} rows x {len(table['columns'])} columns",
    }


def figure_data(figure: Any) -> dict[str, Any]:
    """A matplotlib figure as PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight")
    return {
        "image/png": base64.b64encode(buffer.getvalue()).decode(),
        "text/plain": str(figure),
    }


def _text(content: Any) -> Any:
    """Bytes of an image as the text that JSON can carry."""
    return base64.b64encode(content).decode() if isinstance(content, bytes) else content


def _table(columns: list[str], types: list[str], rows: Iterable[Any]) -> Table:
    kept: list[list[Any]] = []
    size = 0
    iterator = iter(rows)
    truncated = False
    for row in itertools.islice(iterator, ROW_LIMIT):
        plain = [_plain(value) for value in row]
        size += len(json.dumps(plain, default=str))
        if size > BYTE_LIMIT:
            truncated = True
            break
        kept.append(plain)
    truncated = truncated or next(iterator, None) is not None
    return {"columns": columns, "types": types, "rows": kept, "truncated": truncated}


def _plain(value: Any) -> Any:
    """A value that JSON can carry; NaN becomes text, for JSON has none."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        return _plain(value.item())  # a numpy scalar
    return str(value)
