"""The SOURCE format: what Databricks exports is read right, and written back unchanged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.notebook import (
    HEADERS,
    Cell,
    Notebook,
    NotebookFormatError,
    cell_language,
    detect_language,
    parse,
    render,
)
from tests.notebook.strategies import MARKS, ONE_LINE, lines_for, notebooks

HEADER = "# Databricks notebook source"
SEPARATOR = "# COMMAND ----------"
EXPORTED = """\
# Databricks notebook source
# MAGIC %md
# MAGIC # Training
# MAGIC
# MAGIC What it does.

# COMMAND ----------

# DBTITLE 1,Install
# MAGIC %pip install -U mlflow
# MAGIC dbutils.library.restartPython()

# COMMAND ----------

# DBTITLE 0,Hidden, with a comma
import os
%cd $folder

# COMMAND ----------



# COMMAND ----------

# MAGIC %sql select 1

# COMMAND ----------

# MAGIC %run ./config $env="dev"

# COMMAND ----------

# MAGIC %pip install a \\
# MAGIC   b
# MAGIC %pip install c
"""


def only_cell(text: str) -> Cell:
    (cell,) = parse(text).cells
    return cell


def test_exported_notebook_is_read_cell_by_cell() -> None:
    notebook = parse(EXPORTED)
    assert notebook.language == "python"
    assert notebook.cells == (
        Cell(0, "md", "%md\n# Training\n\nWhat it does."),
        Cell(
            1,
            "python",
            "%pip install -U mlflow\ndbutils.library.restartPython()",
            "Install",
        ),
        Cell(2, "python", "import os\n%cd $folder", "Hidden, with a comma", title_shown=False),
        Cell(3, "python", ""),
        Cell(4, "sql", "%sql select 1"),
        Cell(5, "run", '%run ./config $env="dev"'),
        Cell(6, "pip", "%pip install a \\\n  b\n%pip install c"),
    )


def test_exported_notebook_is_written_back_unchanged() -> None:
    assert render(parse(EXPORTED)) == EXPORTED


@pytest.mark.parametrize(
    ("source", "language", "body"),
    [
        ("print(1)", "python", "print(1)"),
        ("%sql select 1", "sql", "select 1"),
        ("%sql\n  select 1", "sql", "  select 1"),
        ("%md\n# Title", "md", "# Title"),
        ("%md-sandbox\n<b>x</b>", "md", "<b>x</b>"),
        ("%md", "md", ""),
        ("\n  %md hello", "md", "hello"),
        ("%python\n%pip install x\nimport x", "python", "%pip install x\nimport x"),
        ("%pip install x\nimport x", "python", "%pip install x\nimport x"),
        ("%pip install x", "pip", "install x"),
        ("%pip install x\n# why\n\n%pip install y", "pip", "install x\n# why\n\n%pip install y"),
        ("import x\n%pip install x", "python", "import x\n%pip install x"),
        ("%run ./other", "run", "./other"),
        ("%r\nx <- 1", "r", "x <- 1"),
        ("%scala val x = 1", "scala", "val x = 1"),
        ("%sh ls -l\npwd", "sh", "ls -l\npwd"),
        ("%fs ls /", "fs", "ls /"),
        ("%time f()", "python", "%time f()"),
        ("%%capture\nf()", "python", "%%capture\nf()"),
        ("%sqlx 1", "python", "%sqlx 1"),
        ("%skip\n%sql select 1", "skip", "%sql select 1"),
        ("%%bash\nls", "python", "%%bash\nls"),
        ("!ls", "python", "!ls"),
        ("%pipeline", "python", "%pipeline"),
    ],
)
def test_language_and_body_of_a_cell(source: str, language: str, body: str) -> None:
    found = cell_language(source, "python")
    assert found == language
    assert Cell(0, found, source).body == body


def test_cell_without_magic_takes_the_notebooks_language() -> None:
    cells = parse(
        "-- Databricks notebook source\nselect 1\n\n-- COMMAND ----------\n\n"
        "-- MAGIC %python\n-- MAGIC print(1)\n"
    ).cells
    assert [(c.language, c.body) for c in cells] == [("sql", "select 1"), ("python", "print(1)")]


@pytest.mark.parametrize("language", ["python", "sql", "scala"])
def test_language_is_detected_by_the_header_alone(language: str) -> None:
    assert detect_language(HEADERS[language]) == language
    assert detect_language(f"{HEADERS[language]}\r\nselect 1") == language
    assert detect_language(f"\ufeff{HEADERS[language]}\n") == language


@pytest.mark.parametrize(
    "text",
    ["", "print(1)", f"\n{HEADER}", f"{HEADER} ", f"{HEADER}s\n", "#Databricks notebook source"],
)
def test_other_first_lines_are_no_header(text: str) -> None:
    assert detect_language(text) is None
    with pytest.raises(NotebookFormatError, match="first line"):
        parse(text)


def test_jupyter_notebook_is_refused_by_name() -> None:
    with pytest.raises(NotebookFormatError, match=r"\.ipynb.*JUPYTER"):
        parse('{"cells": [], "nbformat": 4}')


def test_r_is_told_by_the_caller_for_its_header_is_pythons() -> None:
    text = f"{HEADER}\nx <- 1\n"
    assert parse(text, "r") == Notebook("r", (Cell(0, "r", "x <- 1"),))
    with pytest.raises(NotebookFormatError, match="'python', not 'sql'"):
        parse(text, "sql")


def test_unknown_languages_are_refused() -> None:
    with pytest.raises(NotebookFormatError, match="'julia'"):
        parse(f"{HEADER}\n", "julia")
    with pytest.raises(NotebookFormatError, match="'julia' is unknown"):
        render(Notebook("julia", ()))


def test_crlf_bom_and_a_missing_last_line_end_make_no_difference() -> None:
    plain = parse(EXPORTED)
    assert parse(EXPORTED.replace("\n", "\r\n")) == plain
    assert parse("\ufeff" + EXPORTED) == plain
    assert parse(EXPORTED.removesuffix("\n")) == plain


def test_empty_magic_line_may_have_its_trailing_space() -> None:
    assert only_cell(f"{HEADER}\n# MAGIC %md\n# MAGIC \n# MAGIC x\n").source == "%md\n\nx"


def test_prefix_is_taken_off_once_and_only_in_full() -> None:
    text = f"{HEADER}\n# MAGIC %md\n# MAGIC   indented\n# MAGICx\n#MAGIC y\n# MAGIC # MAGIC z\n"
    assert only_cell(text).source == "%md\n  indented\n# MAGICx\n#MAGIC y\n# MAGIC z"


@pytest.mark.parametrize(
    "line", ["# COMMAND ---------", "# COMMAND -----------", "#COMMAND ----------", " " + SEPARATOR]
)
def test_what_only_looks_like_a_separator_stays_in_the_cell(line: str) -> None:
    assert only_cell(f"{HEADER}\na\n{line}\nb\n").source == f"a\n{line}\nb"


def test_separators_without_empty_lines_part_cells_too() -> None:
    text = f"{HEADER}\na\n{SEPARATOR}\nb\n\n\n{SEPARATOR}\n{SEPARATOR}"
    assert [cell.source for cell in parse(text).cells] == ["a", "b\n", "", ""]


def test_title_is_one_only_on_the_first_line_and_well_formed() -> None:
    text = f"{HEADER}\nx = 1\n# DBTITLE 1,Late\n\n{SEPARATOR}\n\n# DBTITLE 2,Wrong\n"
    assert [(c.title, c.source) for c in parse(text).cells] == [
        (None, "x = 1\n# DBTITLE 1,Late"),
        (None, "# DBTITLE 2,Wrong"),
    ]


def test_environment_stands_behind_the_header_and_is_no_cell() -> None:
    text = """\
-- Databricks notebook source
-- /// script
-- [tool.databricks.environment]
-- environment_version = "2"
--
-- dependencies = ["a"]
-- ///
-- MAGIC %md
-- MAGIC # Queries

-- COMMAND ----------

select 1
"""
    notebook = parse(text)
    asked = '[tool.databricks.environment]\nenvironment_version = "2"\n\ndependencies = ["a"]'
    assert notebook.environment == asked
    assert [cell.source for cell in notebook.cells] == ["%md\n# Queries", "select 1"]
    assert render(notebook) == text


def test_environment_may_be_all_there_is() -> None:
    text = f"{HEADER}\n# /// script\n# ///\n"
    assert parse(text) == Notebook("python", (), "")
    assert render(parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\n# /// script\n# a = 1\n",
        f"{HEADER}\n# /// script\nx = 1\n# ///\n",
        f"{HEADER}\n\n# /// script\n# ///\n",
        f"{HEADER}\n# DBTITLE 1,x\n# /// script\n# ///\n",
    ],
)
def test_what_only_looks_like_an_environment_stays_in_the_cell(text: str) -> None:
    notebook = parse(text)
    assert notebook.environment is None
    assert "# /// script" in notebook.cells[0].source
    assert parse(render(notebook)) == notebook


def test_code_that_looks_like_an_environment_is_quoted() -> None:
    block = "# /// script\n# a = 1\n# ///\nx"
    notebook = Notebook("python", (Cell(0, "python", block),))
    assert render(notebook) == f"{HEADER}\n# MAGIC {block}\n"
    assert parse(render(notebook)) == notebook
    assert parse(render(Notebook("python", notebook.cells, ""))).cells == notebook.cells


def test_header_alone_is_a_notebook_without_cells() -> None:
    assert parse(f"{HEADER}\n").cells == ()
    assert parse(f"{HEADER}\n\n").cells == (Cell(0, "python", ""),)
    assert render(Notebook("python", ())) == f"{HEADER}\n"


# Any lines but the one that ends the block.
ENVIRONMENTS = st.lists(ONE_LINE.filter(lambda line: line != "///"), max_size=4).map("\n".join)


@given(notebooks(ENVIRONMENTS))
def test_written_notebooks_are_read_back_the_same(notebook: Notebook) -> None:
    text = render(notebook)
    assert parse(text, notebook.language) == notebook
    # What render writes is the normal form, and that is a fixed point.
    assert render(parse(text, notebook.language)) == text


@given(notebooks(ENVIRONMENTS))
def test_windows_line_ends_change_nothing(notebook: Notebook) -> None:
    text = render(notebook).replace("\n", "\r\n")
    assert parse(text, notebook.language) == notebook


@given(st.sampled_from(sorted(MARKS)), st.data())
def test_any_text_behind_a_header_survives(language: str, data: st.DataObject) -> None:
    lines = data.draw(
        st.lists(lines_for(language) | st.sampled_from(["\r", "a\r\r"]) | st.text(), max_size=12)
    )
    notebook = parse("\n".join([HEADERS[language], *lines]), language)
    text = render(notebook)
    assert parse(text, language) == notebook
    assert render(parse(text, language)) == text


@given(st.text())
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    try:
        notebook = parse(text)
    except NotebookFormatError:
        return
    assert parse(render(notebook)) == notebook
