from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from brickyard.delivery.ci import CiResult, StepResult, run_ci
from brickyard.delivery.project import read_project

HEADER = "# Databricks notebook source\n"
GOOD = "from alpha import NAME\n\n\ndef test_name() -> None:\n    assert NAME == 'alpha'\n"


@pytest.fixture
def checked(project_folder: Path) -> Path:
    """The small project with a test of its own, formatted as ruff wants it."""
    (project_folder / "tests").mkdir()
    (project_folder / "tests" / "test_alpha.py").write_text(GOOD)
    file = project_folder / "brickyard.toml"
    file.write_text(file.read_text() + '[ci]\nlint = ["alpha/src"]\n')
    return project_folder


def check(folder: Path) -> tuple[CiResult, dict[str, StepResult]]:
    told: list[tuple[str, bool]] = []
    project = read_project(folder / "brickyard.toml")
    result = run_ci(project, lambda name, step: told.append((name, step is not None)))
    names = {step.name for step in result.steps}
    assert {(name, done) for name in names for done in (False, True)} == set(told)
    return result, {step.name: step for step in result.steps}


def test_a_right_project_passes_every_step(checked: Path) -> None:
    result, steps = check(checked)
    assert result.passed, [step.output for step in result.steps]
    assert list(steps) == ["tests tests", "wheels and jobs", "notebooks", "lint", "format"]
    report = (result.junit / "tests.xml").read_text()
    suite = ET.fromstring(report).find("testsuite")  # noqa: S314 - our own file
    assert suite is not None
    assert suite.attrib["tests"] == "1"


@pytest.mark.parametrize(
    ("file", "text", "step", "said"),
    [
        (
            "tests/test_alpha.py",
            GOOD.replace("==", "!="),
            "tests tests",
            "assert 'alpha' != 'alpha'",
        ),
        ("tests/test_alpha.py", "", "tests tests", "holds no tests"),
        ("alpha/src/alpha/__init__.py", 'import os\n\nNAME = "alpha"\n', "lint", "F401"),
        ("alpha/src/alpha/__init__.py", 'NAME  =  "alpha"\n', "format", "would be reformatted"),
        ("alpha/backend.py", "(", "wheels and jobs", "does not build"),
        ("jobs/train.json", "{", "wheels and jobs", "train.json:1: Not valid JSON"),
        ("notebooks/x.py", f"{HEADER}if\n", "notebooks", "no valid Python"),
    ],
)
def test_each_failure_is_its_steps_and_says_why(
    checked: Path, file: str, text: str, step: str, said: str
) -> None:
    (checked / file).write_text(text)
    result, steps = check(checked)
    assert not result.passed
    assert not steps[step].passed
    assert said in steps[step].output
    assert [name for name, one in steps.items() if not one.passed and name != step] in (
        [],
        ["wheels and jobs"],  # a notebook that does not parse cannot be released either
    )
