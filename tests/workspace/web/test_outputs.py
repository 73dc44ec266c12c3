from __future__ import annotations

import base64
from typing import Any

import pytest

from brickyard.runtime.protocol import METADATA_MIME, PLOTLY_MIME, TABLE_MIME
from brickyard.workspace.web.outputs import MAX_BLOCKS, Block, Blocks

PNG = base64.b64encode(b"\x89PNG").decode()


class Cell:
    """Outputs of one cell, numbered as they come."""

    def __init__(self) -> None:
        self.blocks = Blocks()
        self.sequence = 0

    def add(self, kind: str, content: Any) -> None:
        self.sequence += 1
        self.blocks.add({"kind": kind, "content": content, "sequence": self.sequence})

    def print(self, text: str) -> None:
        self.add("stream", {"name": "stdout", "text": text})


def shown(data: dict[str, Any]) -> Block:
    cell = Cell()
    cell.add("display", data)
    (block,) = cell.blocks.all
    return block


def table(rows: list[list[Any]], columns: int = 1, **more: Any) -> dict[str, Any]:
    names = [f"c{n}" for n in range(columns)]
    return {TABLE_MIME: {"columns": names, "types": ["int"] * columns, "rows": rows, **more}}


def test_text_that_follows_text_joins_it() -> None:
    cell = Cell()
    cell.print("a\n")
    cell.print("b\n")
    cell.add("display", {"text/plain": "42"})
    cell.print("c\n")
    assert [block.kind for block in cell.blocks.all] == ["text", "plain", "text"]
    assert cell.blocks.all[0].content.runs() == [("stdout", "a\nb")]


def test_changed_blocks_are_told_once() -> None:
    cell = Cell()
    cell.print("a\n")
    cell.add("display", {"text/plain": "42"})
    assert [block.index for block in cell.blocks.take_changed()] == [0, 1]
    assert cell.blocks.take_changed() == []
    cell.print("b\n")
    assert [block.index for block in cell.blocks.take_changed()] == [2]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"image/png": PNG, "text/html": "x"}, "image"),
        ({"image/png": f"{PNG[:4]}\n{PNG[4:]}"}, "image"),
        ({"image/png": "b'\\x89PNG'", "text/plain": "Image"}, "plain"),
        ({"image/png": 'x" onerror="alert(1)', "text/plain": "Image"}, "plain"),
        ({"image/svg+xml": "<svg onload='alert(1)'/>"}, "image"),
        ({"text/html": "<b>x</b>", "text/plain": "x"}, "html"),
        ({"text/markdown": "*x*", "text/plain": "x"}, "markdown"),
        ({"application/json": {"a": 1}}, "plain"),
        ({"image/gif": PNG}, "image"),
        ({PLOTLY_MIME: {"data": []}, "text/html": "x"}, "plotly"),
        ({PLOTLY_MIME: "not a figure", "text/plain": "x"}, "plain"),
        ({"application/x-unknown": "x"}, "plain"),
        ({TABLE_MIME: "not a table", "text/plain": "x"}, "plain"),
        ({TABLE_MIME: {"columns": ["a"], "types": ["int"], "rows": [1, "x"]}}, "plain"),
        ({}, "plain"),
    ],
)
def test_the_richest_safe_form_is_shown(data: dict[str, Any], kind: str) -> None:
    assert shown(data).kind == kind


def test_images_are_data_uris() -> None:
    jpeg = shown({"image/jpeg": f"{PNG}\n"}).content
    assert jpeg == {"source": f"data:image/jpeg;base64,{PNG}"}
    svg = shown({"image/svg+xml": "<svg/>"}).content["source"]
    assert svg == f"data:image/svg+xml;base64,{base64.b64encode(b'<svg/>').decode()}"


def test_what_has_no_text_says_what_it_is() -> None:
    assert "application/x-unknown" in shown({"application/x-unknown": "x"}).content
    assert shown({"application/json": {"ä": [1]}}).content == '{\n  "ä": [\n    1\n  ]\n}'


def test_a_table_shows_its_head() -> None:
    block = shown(table([[n] * 80 for n in range(250)], columns=80, truncated=True))
    content = block.content
    assert (len(content["rows"]), content["row_count"]) == (100, 250)
    assert (len(content["columns"]), content["column_count"]) == (60, 80)
    assert len(content["rows"][0]) == 60
    assert content["rows"][7][0] == ("7", "number")
    assert content["columns"][0] == ("c0", "int", "number")
    assert content["truncated"]


def test_values_of_a_table() -> None:
    values: list[Any] = [None, True, 1.5, "x", {"a": 1}, "y" * 600]
    row = shown(table([values], columns=6)).content["rows"][0]
    assert row == [
        ("null", "null"),
        ("true", ""),
        ("1.5", "number"),
        ("x", ""),
        ('{"a": 1}', ""),
        ("y" * 500 + "…", ""),
    ]


def test_a_cell_that_shows_too_much_is_cut_short_but_its_text_and_error_stay() -> None:
    cell = Cell()
    cell.print("start\n")
    for n in range(MAX_BLOCKS + 49):
        cell.add("display", {"text/plain": str(n)})
    cell.print("end\n")
    cell.add("error", {"name": "E", "value": "v", "trace": "t"})
    kinds = [block.kind for block in cell.blocks.all]
    assert kinds == ["text", *["plain"] * (MAX_BLOCKS - 1), "more", "error"]
    assert cell.blocks.all[MAX_BLOCKS].content == 50
    assert cell.blocks.all[0].content.runs() == [("stdout", "start\nend")]


def test_the_frame_of_html_grows_with_it() -> None:
    def height(html: str) -> int:
        return int(shown({"text/html": html}).content["height"])

    low = height("<b>x</b>")
    high = height("<table>" + "<tr><td>1</td></tr>" * 9 + "</table>")
    most = height("<p>x</p>" * 900)
    styled = height("<style>\n" + "p {}\n" * 90 + "</style><b>x</b>")
    assert low == styled == 96
    assert low < high < most == 480


@pytest.mark.parametrize(
    ("metadata", "size"),
    [
        ({"image/png": {"width": 320, "height": 200.5}}, {"width": 320, "height": 200}),
        ({"image/png": {"width": '1" onload="x', "height": -1}}, {}),
        ("not metadata", {}),
    ],
)
def test_an_image_has_the_size_that_the_notebook_gave_it(metadata: Any, size: Any) -> None:
    content = shown({"image/png": PNG, METADATA_MIME: metadata}).content
    assert content == {"source": f"data:image/png;base64,{PNG}", **size}


@pytest.mark.parametrize(
    ("html", "asks"),
    [
        ("<script src='https://cdn.example.com/x.js'></script>", True),
        ('<link rel="stylesheet" href="//example.com/x.css">', True),
        ('<script src="https://cdn.plot.ly/plotly-3.0.0.min.js"></script>', False),
        ("<script>1</script><a href='https://example.com'>x</a>", False),
    ],
)
def test_html_that_needs_other_sites_is_told_apart(html: str, asks: bool) -> None:
    assert shown({"text/html": html}).content["asks"] is asks


def test_a_progress_bar_is_written_over_where_it_stands() -> None:
    cell = Cell()
    cell.print("start\n")
    cell.add("stream", {"name": "stderr", "text": " 1%", "open": True})
    bar = cell.sequence
    cell.add("display", {"text/plain": "42"})
    cell.print("after\n")
    cell.blocks.take_changed()

    def change(text: str, **more: Any) -> None:
        content = {"name": "stderr", "text": text, **more}
        cell.blocks.change({"kind": "stream", "content": content, "sequence": bar})

    change("50%", open=True)
    assert [block.index for block in cell.blocks.take_changed()] == [0]
    change("100%\n")
    assert cell.blocks.all[0].content.runs() == [("stdout", "start"), ("stderr", "100%")]
    change("never\n")
    assert cell.blocks.all[0].content.runs() == [("stdout", "start"), ("stderr", "100%")]


def test_an_output_that_was_updated_keeps_its_place() -> None:
    cell = Cell()
    cell.add("display", {"text/plain": "old"})
    cell.add("display", {"text/plain": "other"})
    cell.blocks.take_changed()
    new = {"text/markdown": "new", "text/plain": "new"}
    cell.blocks.change({"kind": "display", "content": new, "sequence": 1})

    assert [block.kind for block in cell.blocks.all] == ["markdown", "plain"]
    assert [block.index for block in cell.blocks.take_changed()] == [0]
