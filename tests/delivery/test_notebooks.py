from __future__ import annotations

from pathlib import Path

import pytest

from brickyard.delivery.errors import ProjectError
from brickyard.delivery.notebooks import check_notebook, find_notebooks, python_source

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


def test_blanking_magics_keeps_lines_and_indentation() -> None:
    assert python_source("a\n  %fs ls \\\n x\nb") == "a\n  pass\n  pass\nb"
    assert (
        python_source("files = !ls\nx = %timeit f()\ndf?\n?f")
        == "files = None\nx = None\npass\npass"
    )
    assert python_source("x = 5 % 3\ny != 2\nz = a if b else c") == (
        "x = 5 % 3\ny != 2\nz = a if b else c"
    )
