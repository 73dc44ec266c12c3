from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import SparkSession

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
HEADER = "# Databricks notebook source\n"


class NotebookExitError(Exception):
    """What dbutils.notebook.exit raises here to end the notebook."""


class Widgets:
    """Databricks' rule: creating a widget does not change the value that a run gave it."""

    def __init__(self, given: dict[str, str]) -> None:
        self.values = dict(given)
        self.defaults: dict[str, str] = {}

    def text(self, name: str, default: str, label: str = "") -> None:
        self.defaults[name] = default
        self.values.setdefault(name, default)

    def dropdown(self, name: str, default: str, choices: list[str], label: str = "") -> None:
        assert default in choices
        self.text(name, default, label)

    def get(self, name: str) -> str:
        return self.values[name]


class Files:
    def put(self, path: str, contents: str, overwrite: bool = False) -> bool:
        assert overwrite or not Path(path).exists()
        Path(path).write_text(contents)
        return True


class Notebooks:
    def exit(self, value: str) -> None:
        raise NotebookExitError(value)


class Dbutils:
    """As much of dbutils as the notebooks use."""

    def __init__(self, given: dict[str, str]) -> None:
        self.widgets = Widgets(given)
        self.fs = Files()
        self.notebook = Notebooks()


class Notebook:
    """The Python cells of a notebook, run in their order; ``%pip`` cells are only kept."""

    def __init__(self, name: str) -> None:
        source = (NOTEBOOKS / f"{name}.py").read_text()
        assert source.startswith(HEADER)
        self.cells = [
            cell.strip() for cell in source.removeprefix(HEADER).split("# COMMAND ----------\n")
        ]

    def run(self, spark: SparkSession, given: dict[str, str]) -> str:
        dbutils = Dbutils(given)
        namespace: dict[str, Any] = {"spark": spark, "dbutils": dbutils}
        for cell in self.cells:
            if "# MAGIC" in cell:
                continue
            try:
                exec(compile(cell, "cell", "exec"), namespace)  # noqa: S102 - the cell is ours
            except NotebookExitError as end:
                return str(end)
        raise AssertionError("The notebook ended without dbutils.notebook.exit.")

    def widgets(self) -> dict[str, str]:
        """Names and defaults of the widgets."""
        dbutils = Dbutils({})
        declare = next(cell for cell in self.cells if "dbutils.widgets.text" in cell)
        exec(compile(declare, "cell", "exec"), {"dbutils": dbutils})  # noqa: S102 - the cell is ours
        return dbutils.widgets.defaults


@pytest.fixture
def notebook() -> Callable[[str], Notebook]:
    return Notebook
