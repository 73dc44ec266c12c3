"""The HTML page of a notebook: it carries its model, and nothing in it can run."""

from __future__ import annotations

import base64
import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.notebook import Cell, Notebook, NotebookFormatError
from brickyard.workspace.notebooks.page import command, jupyter_results, read_page, render_page
from tests.notebook.strategies import notebooks
from tests.support.workspace import commands


class Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))


def page_of(notebook: Notebook, results: list[dict[str, Any]] | None = None) -> str:
    commands = [command(cell, results or []) for cell in notebook.cells]
    return render_page("/Shared/<n>", notebook.language, commands)


@given(notebooks(st.nothing()))
def test_a_page_gives_its_notebook_back(notebook: Notebook) -> None:
    cells = tuple(c if c.title else Cell(c.position, c.language, c.source) for c in notebook.cells)
    assert read_page(page_of(notebook)) == Notebook(notebook.language, cells)


EVIL = "</pre></td><script>alert(1)</script><img src=x onerror=alert(1)>'\""
KINDS = ["text/plain", "text/html", "text/markdown", "image/png", "image/svg+xml", "other"]


@given(
    st.lists(
        st.one_of(
            st.builds(lambda t: {"type": "ansi", "data": t}, st.sampled_from([EVIL, "x"])),
            st.builds(
                lambda k, v: {"type": "mimeBundle", "data": {k: v}},
                st.sampled_from(KINDS),
                st.sampled_from([EVIL, ["a"], {"a": 1}, None, "aGk="]),
            ),
            st.just({"type": "table", "schema": [{"name": EVIL}], "data": [[EVIL], [None]]}),
        )
    )
)
def test_nothing_in_a_page_can_run(results: list[dict[str, Any]]) -> None:
    page = page_of(Notebook("python", (Cell(0, "python", EVIL, EVIL),)), results)
    found = Elements(page)
    assert [tag for tag, _ in found.tags].count("script") == 1
    for tag, attributes in found.tags:
        assert not any(name.startswith("on") for name, _ in attributes)
        assert tag != "img" or dict(attributes)["src"] == "data:image/png;base64,aGk="


def test_results_are_shown() -> None:
    results: list[dict[str, Any]] = [
        {"type": "ansi", "data": "\x1b[0;31mred\x1b[0m"},
        {"type": "table", "schema": [{"name": "col"}], "data": [[12]]},
        {"type": "mimeBundle", "data": {"text/html": "<b>", "text/plain": "plain"}},
    ]
    page = page_of(Notebook("python", (Cell(0, "python", "x"),)), results)
    assert "<pre>red</pre>" in page
    assert "<th>col</th></tr><tr><td>12</td>" in page
    assert "<pre>plain</pre>" in page


def test_a_long_table_is_shown_in_part_and_carried_whole() -> None:
    rows = [[number] for number in range(1001)]
    table = {"type": "table", "schema": [{"name": "n"}], "data": rows}
    page = page_of(Notebook("python", (Cell(0, "python", "x"),)), [table])
    assert page.count("<td>") == 1000
    assert "The first 1000 of 1001 rows." in page
    assert commands(page)[0]["results"]["data"][0]["data"] == rows


def test_outputs_of_jupyter() -> None:
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]},
        {"output_type": "error", "traceback": ["t1", 1, "t2"]},
        {"output_type": "error"},
        {"output_type": "error", "traceback": 5},
        {"output_type": "execute_result", "data": {"text/plain": ["1", "2"], "json": {"a": 1}}},
        {"output_type": "display_data"},
        "odd",
    ]
    assert jupyter_results(outputs) == [
        {"type": "ansi", "data": "a\nb", "name": "stdout"},
        {"type": "ansi", "data": "t1\nt2", "name": "error"},
        {"type": "ansi", "data": "", "name": "error"},
        {"type": "ansi", "data": "", "name": "error"},
        {"type": "mimeBundle", "data": {"text/plain": "12", "json": {"a": 1}}},
    ]
    assert jupyter_results({"a": 1}) == []
    assert jupyter_results(None) == []


def encoded(model: object) -> str:
    text = base64.b64encode(quote(json.dumps(model)).encode()).decode()
    return f"<script>window.__DATABRICKS_NOTEBOOK_MODEL = '{text}';</script>"


def test_page_of_the_platform_is_read_in_its_order() -> None:
    model = {
        "language": "sql",
        "commands": [
            {"position": 2.5, "command": "%md\r\nx", "commandTitle": "T", "showCommandTitle": True},
            {"position": 1, "command": "select 1", "commandTitle": None, "results": None},
            {"position": 3, "command": "y", "commandTitle": "U", "showCommandTitle": False},
        ],
    }
    assert read_page(encoded(model)) == Notebook(
        "sql",
        (
            Cell(0, "sql", "select 1"),
            Cell(1, "md", "%md\nx", "T"),
            Cell(2, "sql", "y", "U", title_shown=False),
        ),
    )


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("", "no exported notebook"),
        ("__DATABRICKS_NOTEBOOK_MODEL = 'abc'", "damaged"),
        (encoded([]), "damaged"),
        (encoded({"language": "sql"}), "damaged: KeyError"),
        (encoded({"language": "sql", "commands": [1]}), "damaged"),
        (encoded({"language": "sql", "commands": [{"position": "x"}]}), "damaged"),
        (encoded({"language": "sql", "commands": [{"position": 10**400}]}), "damaged: Overflow"),
        (encoded({"language": "sql", "commands": [{"position": 1, "command": 1}]}), "a text was"),
        (encoded({"language": "sql", "commands": [{"position": 1, "command": "\ud800"}]}), "damag"),
        (encoded({"language": "julia", "commands": []}), "'julia'"),
        (encoded({"language": [], "commands": []}), "language"),
    ],
)
def test_damaged_pages_are_refused(page: str, message: str) -> None:
    with pytest.raises(NotebookFormatError, match=message):
        read_page(page)
