"""The folder of notebooks: which there are, and what is expected of each.

A ``.py`` or ``.sql`` file with a notebook's header, and every ``.ipynb``, is a notebook; any other
file is imported as a file. Notebooks in a folder named ``lib`` are called by others and have no
expectation of their own; each other notebook has ``<name>.expected.json`` beside it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tests.behaviour.expectation import Expectation, ExpectationError

ROOT = Path(__file__).parent / "notebooks"
WORKSPACE_ROOT = "/Shared/behaviour"
_SUFFIX = ".expected.json"
_HEADERS = {
    ".py": "# Databricks notebook source",
    ".sql": "-- Databricks notebook source",
}


@dataclass(frozen=True)
class Case:
    """One notebook and what is expected of its run.

    Attributes:
        name: ``<area>/<name>``.
        expectation: What its record must be.
    """

    name: str
    expectation: Expectation

    @property
    def path(self) -> str:
        """Where it is imported to."""
        return f"{WORKSPACE_ROOT}/{self.name}"

    def beside(self, name: str) -> str:
        """The path of another notebook, relative to this one's folder."""
        return f"{self.path.rpartition('/')[0]}/{name}"


def is_notebook(file: Path) -> bool:
    """Whether a file is imported as a notebook rather than as a file."""
    if file.suffix == ".ipynb":
        return True
    header = _HEADERS.get(file.suffix)
    if header is None:
        return False
    first = file.read_text("utf-8-sig").partition("\n")[0]  # any line ends
    return first == header


def sources(root: Path = ROOT) -> list[Path]:
    """Every file to import."""
    found = [file for file in root.rglob("*") if file.is_file()]
    kept = [f for f in found if not f.name.endswith(_SUFFIX) and "__pycache__" not in f.parts]
    return sorted(kept)


def cases(root: Path = ROOT) -> list[Case]:
    """Every notebook with its expectation.

    Raises:
        ExpectationError: One of the two is missing, or an expectation has an unknown key.
    """
    expectations = {_stem(file): file for file in root.rglob(f"*{_SUFFIX}")}
    notebooks = {
        file.with_suffix("")
        for file in sources(root)
        if is_notebook(file) and "lib" not in file.relative_to(root).parts[:-1]
    }
    lonely = sorted(str(stem.relative_to(root)) for stem in notebooks ^ expectations.keys())
    if lonely:
        raise ExpectationError(
            f"{', '.join(lonely)}: a notebook needs an expectation beside it, and the reverse."
        )
    return [_case(stem, expectations[stem], root) for stem in sorted(notebooks)]


def _stem(file: Path) -> Path:
    return file.with_name(file.name.removesuffix(_SUFFIX))


def _case(stem: Path, file: Path, root: Path) -> Case:
    name = stem.relative_to(root).as_posix()
    try:
        return Case(name, Expectation.read(json.loads(file.read_text("utf-8"))))
    except (ExpectationError, json.JSONDecodeError) as exc:
        raise ExpectationError(f"{file.relative_to(root)}: {exc}") from exc
