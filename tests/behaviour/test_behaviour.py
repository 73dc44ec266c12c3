"""Every notebook of the folder is run by the real workspace; its record is as expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.behaviour.compare import differences
from tests.behaviour.expectation import Expectation, ExpectationError
from tests.behaviour.folder import Case, cases
from tests.behaviour.record import Record, ShownCell
from tests.behaviour.runner import Runner


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_notebook(case: Case, runner: Runner) -> None:
    found = runner.differences(case)

    assert not found, f"{case.name}:\n" + "\n".join(found)


def test_a_notebook_without_expectation_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "lonely.py").write_text("# Databricks notebook source\n1\n")

    with pytest.raises(ExpectationError, match="lonely"):
        cases(tmp_path)


def test_an_expectation_without_notebook_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("x = 1\n")  # no header: a file
    (tmp_path / "plain.expected.json").write_text('{"cells": []}')

    with pytest.raises(ExpectationError, match="plain"):
        cases(tmp_path)


@pytest.mark.parametrize(
    "raw",
    [
        {"cells": [], "exits": "x"},
        {"cells": [{"out": "x"}]},
        {"cells": [{"stdout": {"contain": "x"}}]},
        {"cells": [{"shows": [{"table": {"row": []}}]}]},
        {"cells": [{"shows": [{"text": "x"}]}]},
        {"cells": ["done"]},
        {"cells": [], "run": {"params": {}}},
        {"cells": [], "run": {"task": {"timeout": 1}}},
        {"cells": [], "setup": {"wheel": {}}},
        {"cells": [], "children": [{"notebook": "x", "name": "y"}]},
        {"cells": [], "result": "CANCELED"},
        {"exit": "x"},
    ],
)
def test_what_the_format_does_not_have_is_refused(raw: dict[str, object]) -> None:
    with pytest.raises(ExpectationError):
        Expectation.read(raw)


CELL = ShownCell("finished", "", {"stdout": "a\n"}, [{"text/plain": "1"}], ["stdout", "show"], "")


@pytest.mark.parametrize(
    "raw",
    [
        {"cells": [{"stdout": "a", "shows": [{"text/plain": "1"}]}]},
        {"cells": [{"stdout": "a\n"}]},
        {"cells": [{"stdout": "a\n", "shows": [{"text/plain": "2"}]}]},
        {"cells": [{"stdout": "a\n", "shows": [{"text/html": {"contains": "1"}}]}]},
        {"cells": [{"stdout": {"lacks": "a"}, "shows": [{"text/plain": "1"}]}]},
        {"cells": ["finished"]},
        {"cells": []},
        {"exit": "other", "cells": [{"stdout": "a\n", "shows": [{"text/plain": "1"}]}]},
        {"result": "FAILED", "cells": [{"stdout": "a\n", "shows": [{"text/plain": "1"}]}]},
        {"cells": [{"stdout": "a\n", "shows": [{"text/plain": "1"}], "title": "t"}]},
        {"cells": [{"stdout": "a\n", "shows": [{"text/plain": "1"}], "order": ["stdout"]}]},
    ],
)
def test_each_difference_is_found(raw: dict[str, object]) -> None:
    fields = {"message": "", "exit": "v", "error": None, "trace": None}
    record = Record("TERMINATED", "SUCCESS", "SUCCESS", fields, [CELL], [])
    good = {"exit": "v", "cells": [{"stdout": "a\n", "shows": [{"text/plain": "1"}]}]}

    assert differences(Expectation.read(good).end, record) == []
    assert differences(Expectation.read({"exit": "v", **raw}).end, record)
