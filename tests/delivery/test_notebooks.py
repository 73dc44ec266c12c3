from __future__ import annotations

import json
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.workspace import Language, ObjectType

from brickyard.delivery.deploy import deploy
from brickyard.delivery.errors import ProjectError
from brickyard.delivery.notebooks import check_notebook, find_notebooks, python_source
from brickyard.delivery.project import read_project

HEADER = "# Databricks notebook source\n"


def test_each_file_is_told_by_its_header_and_extension(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_bytes(b"\0")
    (tmp_path / "sub" / "a.py").write_text(HEADER)
    (tmp_path / "q.sql").write_text("-- Databricks notebook source\nselect 1")
    (tmp_path / "module.py").write_text("x = 1\n")
    (tmp_path / "j.ipynb").write_text("{}")
    (tmp_path / "data.csv").write_text("a,b\n")
    found = [(n.path, n.language) for n in find_notebooks(tmp_path)]
    assert found == [
        ("data.csv", None),
        ("j", "jupyter"),
        ("module.py", None),
        ("q", "sql"),
        ("sub/a", "python"),
    ]


def test_two_files_of_one_notebook_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(HEADER)
    (tmp_path / "a.sql").write_text("-- Databricks notebook source\n")
    with pytest.raises(ProjectError, match=r"Becomes the notebook 'a', as .*a\.py does"):
        find_notebooks(tmp_path)


def faults(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "a.py").write_text(HEADER + text)
    (notebook,) = find_notebooks(tmp_path)
    return [str(fault) for fault in check_notebook(notebook)]


def test_magics_shell_lines_and_other_languages_are_no_fault(tmp_path: Path) -> None:
    cells = [
        "%matplotlib inline\nx = 1\nif x:\n    !ls\n    %pip install a \\\n      b",
        "# MAGIC %md\n# MAGIC not (python",
        "# MAGIC %sql select * from",
        "# MAGIC %%time\n# MAGIC x = (",
        "await thing()",
    ]
    assert faults(tmp_path, "\n\n# COMMAND ----------\n\n".join(cells)) == []


def test_a_syntax_error_is_named_with_file_and_line(tmp_path: Path) -> None:
    text = "x = 1\n\n# COMMAND ----------\n\ny = 2\nif y = 3:\n    pass\n"
    (said,) = faults(tmp_path, text)
    assert said.startswith(f"{tmp_path / 'a.py'}:7: Cell 2 is no valid Python: invalid syntax")
    assert said.endswith("'if y = 3:'.")


def write_jupyter(folder: Path, *sources: str, **metadata: object) -> None:
    cells = [{"cell_type": "code", "metadata": {}, "source": source} for source in sources]
    (folder / "a.ipynb").write_text(
        json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
    )


def jupyter(tmp_path: Path, *sources: str, **metadata: object) -> list[str]:
    write_jupyter(tmp_path, *sources, **metadata)
    (notebook,) = find_notebooks(tmp_path)
    assert (notebook.path, notebook.language) == ("a", "jupyter")
    return [str(fault) for fault in check_notebook(notebook)]


def test_cells_of_an_ipynb_are_checked_too(tmp_path: Path) -> None:
    assert jupyter(tmp_path, "%pip install x\nimport x", "%sql select (", "%%bash\nls (") == []
    (said,) = jupyter(tmp_path, "x = 1", "if x = 1:\n    pass")
    assert said == (
        f"{tmp_path / 'a.ipynb'}: Cell 2 is no valid Python: invalid syntax. Maybe you meant '==' "
        "or ':=' instead of '='?: 'if x = 1:'."
    )
    assert jupyter(tmp_path, "select (", kernelspec={"language": "sql"}) == []


def test_an_ipynb_that_databricks_does_not_read_is_a_fault(tmp_path: Path) -> None:
    (said,) = jupyter(tmp_path, "x", kernelspec={"language": "julia"})
    assert "'julia' is none that Databricks has" in said
    for text, message in (("{", "is no JSON"), ('{"nbformat": 3}', "nbconvert"), ("\xff", "utf-8")):
        (tmp_path / "a.ipynb").write_bytes(text.encode("latin-1"))
        (notebook,) = find_notebooks(tmp_path)
        (fault,) = check_notebook(notebook)
        assert message in str(fault)


def test_notebooks_of_every_form_are_delivered(client: WorkspaceClient, deployable: Path) -> None:
    notebooks = deployable / "notebooks"
    write_jupyter(notebooks, "select 1", kernelspec={"language": "sql"})
    (notebooks / "b.r").write_text(f"{HEADER}x <- 1\n")
    (notebooks / "c.scala").write_text("// Databricks notebook source\nprintln(1)\n")
    project = read_project(deployable / "brickyard.toml")
    made = deploy(client, project, project.target("local"))
    release = next(item.ref for item in made.items if item.kind == "release")
    found = {
        (each.path or "").rpartition("/")[2]: each
        for each in client.workspace.list(f"{release}/notebooks")
    }
    assert {name: each.language for name, each in found.items()} == {
        "a": Language.SQL,
        "b": Language.R,
        "c": Language.SCALA,
        "train": Language.PYTHON,
    }
    assert all(each.object_type == ObjectType.NOTEBOOK for each in found.values())


def test_blanking_magics_keeps_lines_and_indentation() -> None:
    assert python_source("a\n  %fs ls \\\n x\nb") == "a\n  pass\n  pass\nb"
    assert (
        python_source("files = !ls\nx = %timeit f()\ndf?\n?f")
        == "files = None\nx = None\npass\npass"
    )
    assert python_source("x = 5 % 3\ny != 2\nz = a if b else c") == (
        "x = 5 % 3\ny != 2\nz = a if b else c"
    )
