"""Notebooks of every source form, run by the real path and exported with their results."""

from __future__ import annotations

import json
from typing import Any

import pytest
from databricks.sdk.service.jobs import NotebookTask, SubmitTask
from databricks.sdk.service.workspace import ExportFormat, ImportFormat, Language

from brickyard.workspace.notebooks.page import read_page
from tests.support.workspace import BREAK, HEADER, Result, Workspace, commands

SQL_HEADER, SQL_BREAK = "-- Databricks notebook source\n", "\n\n-- COMMAND ----------\n\n"


def jupyter(*cells: dict[str, Any], language: str = "python") -> bytes:
    document = {
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3", "language": language}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document).encode()


def code(source: str, **metadata: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"application/vnd.databricks.v1+cell": metadata},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def run_at(workspace: Workspace, path: str) -> Result:
    """Run what is at a path."""
    client = workspace.sdk
    task = SubmitTask(task_key="main", notebook_task=NotebookTask(notebook_path=path))
    run_id = client.jobs.submit(run_name="test", tasks=[task]).run_id
    tasks = client.jobs.get_run(run_id).tasks
    assert tasks
    assert tasks[0].run_id
    return workspace.result(workspace.wait(tasks[0].run_id))


def put(workspace: Workspace, path: str, content: str, language: Language) -> None:
    client = workspace.sdk
    client.workspace.mkdirs("/Shared/sources")
    client.workspace.upload(
        path, content.encode(), format=ImportFormat.SOURCE, language=language, overwrite=True
    )


def put_jupyter(workspace: Workspace, path: str, content: bytes) -> None:
    client = workspace.sdk
    client.workspace.mkdirs("/Shared/sources")
    client.workspace.upload(path, content, format=ImportFormat.AUTO, overwrite=True)


def test_a_sql_notebook_runs(workspace: Workspace) -> None:
    cells = [
        "-- MAGIC %md\n-- MAGIC # Sums",
        "create or replace temp view numbers as select id from range(4)",
        "-- DBTITLE 1,Sum\nselect sum(id) as total from numbers",
        "-- MAGIC %python\n-- MAGIC dbutils.notebook.exit(str(_sqldf.collect()[0].total))",
    ]
    put(workspace, "/Shared/sources/q", SQL_HEADER + SQL_BREAK.join(cells), Language.SQL)
    result = run_at(workspace, "/Shared/sources/q")
    assert result.ended == ("TERMINATED", "SUCCESS"), result.trace
    assert result.exit_value == "6"
    found = commands(result.page)
    assert found[2]["commandTitle"] == "Sum"
    (table,) = found[2]["results"]["data"]
    assert (table["type"], table["data"]) == ("table", [[6]])
    assert "<td>6</td>" in result.page
    assert read_page(result.page).language == "sql"


def test_an_imported_ipynb_runs_and_its_outputs_are_exported(workspace: Workspace) -> None:
    content = jupyter(
        {"cell_type": "markdown", "metadata": {}, "source": ["# Title"]},
        {"cell_type": "raw", "metadata": {}, "source": ["not (python"]},
        code("%%time\nx = 20 + 1", title="Compute", showTitle=True),
        code("%%bash\necho from bash"),
        code("%sql\nselect 2 as two"),
        code("print(x * _sqldf.collect()[0].two)\ndbutils.notebook.exit('done')"),
    )
    put_jupyter(workspace, "/Shared/sources/nb.ipynb", content)
    result = run_at(workspace, "/Shared/sources/nb")
    assert result.ended == ("TERMINATED", "SUCCESS"), result.trace
    assert result.exit_value == "done"
    found = commands(result.page)
    assert [c["command"].partition("\n")[0] for c in found] == [
        "%md", "%skip", "%%time", "%%bash", "%sql", "print(x * _sqldf.collect()[0].two)",
    ]  # fmt: skip
    assert found[2]["commandTitle"] == "Compute"
    assert found[1]["results"]["data"] == []
    assert "from bash" in found[3]["results"]["data"][0]["data"]
    assert found[5]["results"]["data"][0]["data"] == "42\n"
    assert (
        workspace.sdk.workspace.download("/Shared/sources/nb", format=ExportFormat.JUPYTER)
        .read()
        .startswith(b'{\n "metadata"')
    )


def test_run_reads_notebooks_of_every_form(workspace: Workspace) -> None:
    put_jupyter(workspace, "/Shared/sources/child.ipynb", jupyter(code("a = 1")))
    put(workspace, "/Shared/sources/view", SQL_HEADER + "select 7 as seven", Language.SQL)
    cells = [
        "# MAGIC %run ./child",
        "# MAGIC %run ./view",
        "dbutils.notebook.exit(f'{a} {_sqldf.collect()[0].seven}')",
    ]
    result = workspace.run(*cells, path="/Shared/sources/parent")
    assert result.exit_value == "1 7", result.trace


@pytest.mark.parametrize(
    ("cell", "language"), [("%scala\nprintln(1)", "Scala"), ("%r\nprint(1)", "R")]
)
def test_a_cell_of_another_language_fails_by_its_name(
    workspace: Workspace, cell: str, language: str
) -> None:
    quoted = "\n".join(f"# MAGIC {line}" for line in cell.split("\n"))
    result = workspace.run("x = 1", f"# DBTITLE 1,Load data\n{quoted}", "y = 2")
    assert result.ended == ("TERMINATED", "FAILED")
    wanted = f"Cell 2 ('Load data') of /Shared/test is {language} code"
    assert wanted in result.error
    found = commands(result.page)
    assert [c["state"] for c in found] == ["finished", "error", "skipped"]
    assert wanted in found[1]["error"]


def test_an_r_notebook_is_kept_and_fails_in_its_first_cell(workspace: Workspace) -> None:
    put(workspace, "/Shared/sources/r", HEADER + "x <- 1", Language.R)
    result = run_at(workspace, "/Shared/sources/r")
    assert "Cell 1 of /Shared/sources/r is R code" in result.error
    outer = workspace.run("# MAGIC %run ./r", path="/Shared/sources/outer")
    assert "Cell 1 of /Shared/sources/r is R code" in outer.error


def test_skipped_cells_and_the_environment_block_do_not_run(workspace: Workspace) -> None:
    block = '# /// script\n# [tool.databricks.environment]\n# environment_version = "2"\n# ///\n'
    cells = [f"{block}# MAGIC %md\n# MAGIC # Title", "# MAGIC %skip\n# MAGIC raise ValueError"]
    put(workspace, "/Shared/sources/s", HEADER + BREAK.join([*cells, "x = 1"]), Language.PYTHON)
    result = run_at(workspace, "/Shared/sources/s")
    assert result.ended == ("TERMINATED", "SUCCESS"), result.trace
    assert commands(result.page)[0]["command"] == "%md\n# Title"


def test_a_cell_magic_that_databricks_lacks_fails(workspace: Workspace) -> None:
    put_jupyter(workspace, "/Shared/sources/m.ipynb", jupyter(code("%%sql\nselect 1")))
    result = run_at(workspace, "/Shared/sources/m")
    assert result.ended == ("TERMINATED", "FAILED")
    assert "%%sql" in result.error


def test_a_damaged_notebook_fails_the_run_with_the_reason(workspace: Workspace) -> None:
    put_jupyter(workspace, "/Shared/sources/bad.ipynb", jupyter(code("x")))
    file = workspace.home / "workspace/Shared/sources/bad"
    file.write_bytes(file.read_bytes()[:-10])
    result = run_at(workspace, "/Shared/sources/bad")
    assert result.ended[1] == "FAILED"
    assert 'notebook "/Shared/sources/bad"' in result.message
    assert "is no JSON" in result.message
