"""A cell's outputs as the blocks that a page shows."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brickyard.runtime.protocol import METADATA_MIME, PLOTLY_MIME, TABLE_MIME, is_table
from brickyard.workspace.web import markdown
from brickyard.workspace.web.screen import Screen, uncoloured

Row = Mapping[Any, Any]  # of the store, or like one

MAX_BLOCKS = 100
MAX_ROWS = 100
MAX_COLUMNS = 60
_MAX_TABLE_CELL = 500
_MAX_IMAGE = 8 * 1024 * 1024  # characters of base64
_MAX_PLAIN = 100_000
_IMAGES = ("image/png", "image/jpeg", "image/gif")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
_STYLE = re.compile(r"<(style|script)\b.*?</\1>", re.IGNORECASE | re.DOTALL)
# Scripts and styles of other sites, which an output's document does not load.
_ASKS = re.compile(
    r"""<(?:script|link)\b[^>]*\b(?:src|href)\s*=\s*["']?\s*(?:https?:)?//(?!cdn\.plot\.ly/)""",
    re.IGNORECASE,
)
_TALL = re.compile(r"<(?:tr|p|br|li|h[1-6]|hr)\b", re.IGNORECASE)
_NUMERIC = re.compile(r"(tiny|small|big)?int|u?int\d+|float\d*|double|decimal\b", re.IGNORECASE)


@dataclass
class Block:
    """One thing among a cell's outputs.

    Attributes:
        index: Place among the cell's blocks.
        kind: ``text``, ``table``, ``image``, ``html``, ``plotly``, ``markdown``, ``plain``,
            ``error`` or ``more``: which macro of the templates shows it.
        content: What that macro needs.
        sequence: Number of the output that it stands for.
    """

    index: int
    kind: str
    content: Any
    sequence: int


class Blocks:
    """The blocks of one cell, built from outputs as they come."""

    def __init__(self) -> None:
        self.all: list[Block] = []
        self._changed: dict[int, Block] = {}

    def add(self, output: Row) -> None:
        """Take the next output."""
        content, sequence = output["content"], output["sequence"]
        if output["kind"] == "stream":
            block = self._text_block(sequence)
            if content.get("open"):
                block.content.write_open(content["name"], content["text"], sequence)
            else:
                block.content.write(content["name"], content["text"])
        elif output["kind"] == "error":
            block = self._append("error", content, sequence)
        elif self._full():
            block = self._more_block(sequence)
            block.content += 1
        else:
            kind, shown = _display(content)
            block = self._append(kind, shown, sequence)
        self._changed[block.index] = block

    def change(self, output: Row) -> None:
        """Take an output again, whose content has changed."""
        content, sequence = output["content"], output["sequence"]
        for block in self.all:
            if output["kind"] == "stream":
                is_open = bool(content.get("open"))
                found = block.kind == "text" and block.content.rewrite(
                    content["name"], content["text"], sequence, is_open=is_open
                )
            else:
                found = block.sequence == sequence and block.kind not in ("text", "more")
                if found:
                    block.kind, block.content = _display(content)
            if found:
                self._changed[block.index] = block

    def touch(self, sequence: int) -> None:
        """Take a block as changed, for a browser that may have an older form of it."""
        for block in self.all:
            if block.sequence <= sequence and (block.kind == "text" or block.sequence == sequence):
                self._changed[block.index] = block

    def take_changed(self) -> list[Block]:
        """The blocks that changed since the last call, in their order."""
        found = sorted(self._changed.values(), key=lambda block: block.index)
        self._changed = {}
        return found

    def _full(self) -> bool:
        return len(self.all) >= MAX_BLOCKS

    def _text_block(self, sequence: int) -> Block:
        """The last block when it is text; a full cell's text goes on in the last text block."""
        tail = self.all[::-1] if self._full() else self.all[-1:]
        for block in tail:
            if block.kind == "text":
                return block
        return self._append("text", Screen(), sequence)

    def _more_block(self, sequence: int) -> Block:
        for block in self.all[MAX_BLOCKS:]:
            if block.kind == "more":
                return block
        return self._append("more", 0, sequence)

    def _append(self, kind: str, content: Any, sequence: int) -> Block:
        block = Block(len(self.all), kind, content, sequence)
        self.all.append(block)
        return block


def _display(data: Mapping[str, Any]) -> tuple[str, Any]:
    """The richest form that a page can show safely."""
    table = shown_table(data.get(TABLE_MIME))
    if table is not None:
        return "table", table
    if is_plotly(data):
        return "plotly", _plotly_height(data[PLOTLY_MIME])
    for kind in _IMAGES:
        if (source := _image(kind, data.get(kind))) is not None:
            return "image", {"source": source, **_size(data, kind)}
    if isinstance(svg := data.get("image/svg+xml"), str) and len(svg) < _MAX_IMAGE:
        # As an image it may neither run scripts nor load anything.
        source = _data_uri("image/svg+xml", base64.b64encode(svg.encode()).decode())
        return "image", {"source": source}
    if isinstance(html := data.get("text/html"), str):
        return "html", {"height": _height(html), "asks": bool(_ASKS.search(html))}
    if isinstance(text := data.get("text/markdown"), str):
        return "markdown", markdown.render(text)
    if "application/json" in data:
        return "plain", _json(data["application/json"])[:_MAX_PLAIN]
    return "plain", plain_text(data)[:_MAX_PLAIN]


def plain_text(data: Mapping[str, Any]) -> str:
    """An output as text: its own plain form, JSON, or the names of the forms it has."""
    for kind in ("text/plain", "text/markdown", "text/latex"):
        if isinstance(text := data.get(kind), str):
            return uncoloured(text)
    if "application/json" in data:
        return _json(data["application/json"])
    return f"(an output of type {', '.join(sorted(data)) or 'unknown'}, which has no text form)"


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def shown_table(table: Any) -> dict[str, Any] | None:
    """The head of a table, its values as text.

    Args:
        table: A :class:`brickyard.runtime.protocol.Table`, or what a notebook made up as one.

    Returns:
        What the table macro needs; None when it is not a table.
    """
    if not is_table(table):
        return None
    columns = [_column(*pair) for pair in zip(table["columns"], table["types"], strict=True)]
    rows = [[_value(value) for value in row[:MAX_COLUMNS]] for row in table["rows"][:MAX_ROWS]]
    return {
        "columns": columns[:MAX_COLUMNS],
        "column_count": len(columns),
        "rows": rows,
        "row_count": len(table["rows"]),
        "truncated": bool(table.get("truncated")),
    }


def is_plotly(data: Mapping[str, Any]) -> bool:
    """Whether an output is a plotly figure."""
    figure = data.get(PLOTLY_MIME)
    return isinstance(figure, dict) and isinstance(figure.get("data"), list)


def _column(name: Any, kind: Any) -> tuple[str, str, str]:
    """Name and type of a column, and the class that it is shown with."""
    return str(name), str(kind), "number" if _NUMERIC.match(str(kind)) else ""


def _value(value: Any) -> tuple[str, str]:
    """Text of a value, and the class that it is shown with."""
    if value is None:
        return "null", "null"
    if isinstance(value, bool):
        return str(value).lower(), ""
    if isinstance(value, int | float):
        return str(value), "number"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if len(text) > _MAX_TABLE_CELL:
        text = text[:_MAX_TABLE_CELL] + "…"
    return text, ""


def _size(data: Mapping[str, Any], kind: str) -> dict[str, int]:
    """Width and height that the notebook wants an image shown with, in pixels."""
    metadata = data.get(METADATA_MIME)
    wanted = metadata.get(kind) if isinstance(metadata, dict) else None
    if not isinstance(wanted, dict):
        return {}
    sizes = {name: wanted.get(name) for name in ("width", "height")}
    return {
        name: int(size)
        for name, size in sizes.items()
        if isinstance(size, int | float) and 0 < size <= 10_000
    }


def _plotly_height(figure: Mapping[str, Any]) -> int:
    layout = figure.get("layout")
    height = layout.get("height") if isinstance(layout, dict) else None
    return int(height) if isinstance(height, int | float) and 50 <= height <= 2000 else 450


def _image(kind: str, data: Any) -> str | None:
    if not isinstance(data, str) or len(data) > _MAX_IMAGE or not _BASE64.fullmatch(data):
        return None
    return _data_uri(kind, "".join(data.split()))


def _data_uri(kind: str, encoded: str) -> str:
    return f"data:{kind};base64,{encoded}"


def _height(html: str) -> int:
    """Height in pixels of the frame for an HTML output.

    It is guessed from what breaks lines, until the document tells its own.
    """
    shown = _STYLE.sub("", html[:20_000])
    lines = max(len(_TALL.findall(shown)), 0 if "<" in shown else shown.count("\n"))
    return min(480, max(96, 48 + 26 * lines))
