"""Jupyter notebooks: what Databricks and Jupyter write is read right, and nothing is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.notebook import (
    JUPYTER_HEADS,
    Cell,
    Notebook,
    NotebookFormatError,
    detect_jupyter,
    parse,
    parse_jupyter,
    render,
    render_jupyter,
    settle,
)
from tests.notebook.strategies import notebooks

OWN = "application/vnd.databricks.v1+notebook"
CELL = "application/vnd.databricks.v1+cell"


def document(*cells: dict[str, Any], **metadata: Any) -> str:
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def code(source: object, **more: Any) -> dict[str, Any]:
    return {
        "cell_type": "code", "source": source, "metadata": {}, "outputs": [],
        "execution_count": None, **more,
    }  # fmt: skip


def databricks(title: str = "", *, shown: bool = False) -> dict[str, Any]:
    return {CELL: {"cellMetadata": {}, "inputWidgets": {}, "showTitle": shown, "title": title}}


def only_cell(cell: dict[str, Any], **metadata: Any) -> Cell:
    (found,) = parse_jupyter(document(cell, **metadata)).cells
    return found


def test_notebook_of_databricks() -> None:
    text = document(
        {"cell_type": "markdown", "metadata": databricks(), "source": ["# Title\n", "\n", "x"]},
        code(["select 1"], metadata=databricks("Load", shown=True)),
        code("%python\nx = 1", metadata=databricks("Hidden")),
        code(["%pip install a\n", "%pip install b"], metadata=databricks()),
        **{
            OWN: {
                "dashboards": [],
                "environmentMetadata": {
                    "base_environment": "",
                    "environment_version": "2",
                    "dependencies": ['a"b', "-r 'x y.txt'"],
                },
                "language": "sql",
                "notebookMetadata": {},
                "notebookName": "queries",
                "widgets": {},
            }
        },
    )
    assert parse_jupyter(text) == Notebook(
        "sql",
        (
            Cell(0, "md", "%md\n# Title\n\nx"),
            Cell(1, "sql", "select 1", "Load"),
            Cell(2, "python", "%python\nx = 1", "Hidden", title_shown=False),
            Cell(3, "pip", "%pip install a\n%pip install b"),
        ),
        '[tool.databricks.environment]\nenvironment_version = "2"\n'
        'dependencies = [\n  "a\\"b",\n  "-r \'x y.txt\'",\n]',
    )


@pytest.mark.parametrize(
    ("cell", "language", "source"),
    [
        (code(""), "python", ""),
        (code([]), "python", ""),
        ({"cell_type": "code"}, "python", ""),
        (code("a\r\nb\rc"), "python", "a\nb\nc"),
        (code("%%bash\nls"), "python", "%%bash\nls"),
        (code("%sql\nselect 1"), "sql", "%sql\nselect 1"),
        ({"cell_type": "markdown", "source": ""}, "md", "%md\n"),
        ({"cell_type": "markdown", "source": "%md\n# x"}, "md", "%md\n# x"),
        ({"cell_type": "raw", "source": "a\nb"}, "skip", "%skip\na\nb"),
    ],
)
def test_cells_of_each_kind(cell: dict[str, Any], language: str, source: str) -> None:
    assert only_cell(cell) == Cell(0, language, source)


def test_title_is_one_line() -> None:
    cell = code("x", metadata=databricks("a\r\nb\n", shown=True))
    assert only_cell(cell).title == "a b "


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({}, "python"),
        ({"kernelspec": {"name": "python3", "language": "python"}}, "python"),
        ({"kernelspec": {"name": "ir", "language": "R"}, "language_info": {"name": "R"}}, "r"),
        ({"language_info": {"name": "sql"}}, "sql"),
        ({"language_info": {"name": "scala"}}, "scala"),
        ({"kernelspec": {"name": "synapse_pyspark", "language": "Python"}}, "python"),
        ({"kernelspec": {"name": "python3.11"}}, "python"),
        ({"kernelspec": {"name": "ir"}, OWN: {"language": "scala"}}, "scala"),
        ({OWN: None, "kernelspec": None}, "python"),
    ],
)
def test_language_is_databricks_own_or_the_kernels(metadata: dict[str, Any], language: str) -> None:
    assert parse_jupyter(document(**metadata)).language == language


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no JSON"),
        ('{"cells": [}', "is no JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("9" * 5000, "is no JSON"),
        ("[]", "has no nbformat"),
        ('{"a": 1}', "has no nbformat"),
        ('{"nbformat": 3, "worksheets": []}', "nbformat 3.*nbconvert"),
        ('{"nbformat": 5, "cells": []}', "nbformat '5'"),
        ('{"nbformat": "4", "cells": []}', "nbformat '4'"),
        ('{"nbformat": 4}', "no list of cells"),
        ('{"nbformat": 4, "cells": {}}', "no list of cells"),
        ('{"nbformat": 4, "cells": [], "metadata": 1}', "metadata is no object"),
        (document("x"), "Cell 1 of the Jupyter notebook is no object"),  # type: ignore[arg-type]
        (document(code("x"), {"cell_type": "heading"}), "Cell 2 .* cell_type 'heading'"),
        (document(code(1)), "source of cell 1 .* is no text"),
        (document(code(["a", 1])), "source of cell 1 .* is no text"),
        (document(code("x", metadata=[])), "Cell 1 .* 'metadata'"),
        (document(code("x", metadata={CELL: 1})), f"Cell 1 .*{CELL[:20]}"),
        (document(code("a\ud800")), "Cell 1 .* half a surrogate"),
        (document(code("a", metadata=databricks("\ud800", shown=True))), "half a surrogate"),
        (document(kernelspec={"language": "julia"}), "'julia' is none that Databricks has"),
        (document(**{OWN: {"language": "julia"}}), "'julia' is none that Databricks has"),
        (document(kernelspec="x"), "'kernelspec'"),
    ],
)
def test_what_is_no_notebook_says_why(text: str, message: str) -> None:
    with pytest.raises(NotebookFormatError, match=message):
        parse_jupyter(text)
    with pytest.raises(NotebookFormatError, match=message):
        settle(text, "x")


def test_settled_document_begins_with_its_language_and_keeps_the_rest() -> None:
    output = {"output_type": "stream", "name": "stdout", "text": ["half \ud83d pair\n"]}
    cell = code(["x"], metadata={"tags": ["a"], **databricks("T", shown=True)}, outputs=[output])
    info = {"name": "R", "version": "4"}
    settled = settle(document(cell, language_info=info, custom={"a": 1}), "n")
    assert settled.startswith(JUPYTER_HEADS["r"])
    assert detect_jupyter(settled) == "r"
    found = json.loads(settled)
    assert found["cells"] == [cell]
    assert found["metadata"]["custom"] == {"a": 1}
    assert found["metadata"]["language_info"] == {"name": "r", "version": "4"}
    assert found["metadata"][OWN] == {"language": "r", "notebookName": "n"}
    assert settle(settled, "other") == settled


def test_settling_keeps_databricks_own_metadata() -> None:
    own = {"widgets": {"w": {}}, "notebookName": "old", "language": "sql"}
    found = json.loads(settle(document(**{OWN: own}), "new"))
    assert found["metadata"][OWN] == own


def test_other_json_is_not_taken_for_a_settled_document() -> None:
    assert detect_jupyter(document(**{OWN: {"language": "python"}})) is None
    assert detect_jupyter("") is None


def test_deep_output_is_refused_not_a_crash() -> None:
    deep = "[" * 900 + "]" * 900
    text = document(code("x", outputs="DEEP")).replace('"DEEP"', deep)
    try:
        assert json.loads(settle(text, "x"))["cells"][0]["source"] == "x"
    except NotebookFormatError as exc:
        assert "nested too deeply" in str(exc)  # noqa: PT017 - either is right


def test_environment_that_is_no_toml_is_refused() -> None:
    with pytest.raises(NotebookFormatError, match="no TOML"):
        render_jupyter(Notebook("python", (), "a ="), "x")


def test_environment_of_other_tables_and_kinds_says_nothing() -> None:
    for asked in ("", "[tool.other]\na = 1", "tool = 1", "[tool.databricks.environment]\na = 1"):
        written = json.loads(render_jupyter(Notebook("python", (), asked), "x"))
        assert written["metadata"][OWN]["environmentMetadata"] == {"base_environment": ""}


FACTS = st.dictionaries(
    st.sampled_from(["environment_version", "client", "dependencies", "odd key"]),
    st.one_of(
        st.text(st.characters(blacklist_categories=["Cs"]), min_size=1),
        st.lists(st.text(st.characters(blacklist_categories=["Cs"])), min_size=1, max_size=3),
    ),
    min_size=1,
)


@given(FACTS)
def test_environment_survives_both_formats(facts: dict[str, Any]) -> None:
    read = parse_jupyter(document(**{OWN: {"language": "python", "environmentMetadata": facts}}))
    assert parse(render(read)) == read
    again = json.loads(render_jupyter(read, "x"))["metadata"][OWN]["environmentMetadata"]
    assert again == {"base_environment": "", **facts}


@given(notebooks(st.nothing()))
def test_notebooks_survive_jupyter_and_source(notebook: Notebook) -> None:
    # A hidden empty title is how Databricks says that there is none.
    cells = tuple(
        Cell(c.position, c.language, c.source) if not (c.title or c.title_shown) else c
        for c in notebook.cells
    )
    text = render_jupyter(notebook, "n")
    read = parse_jupyter(text)
    assert read == Notebook(notebook.language, cells)
    assert settle(text, "n") == text
    assert parse(render(read), notebook.language) == read


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["cell_type", "source", "metadata", "title", CELL, OWN, "language"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(JSON, max_size=3), JSON)
def test_any_json_is_read_or_refused(cells: list[Any], metadata: Any) -> None:
    text = json.dumps({"nbformat": 4, "cells": cells, "metadata": metadata})
    try:
        notebook = parse_jupyter(text)
    except NotebookFormatError:
        return
    assert parse(render(notebook), notebook.language) == notebook
    assert parse_jupyter(settle(text, "n")) == notebook


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(NotebookFormatError):
        parse_jupyter(text)
