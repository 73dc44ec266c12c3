from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from brickyard.runtime.display import Displayer
from brickyard.runtime.protocol import Event
from brickyard.runtime.shell import NotebookShell


class Kept:
    """Keeps what is shown."""

    position = 0

    def __init__(self, shown: list[dict[str, Any]]) -> None:
        self._shown = shown

    def output(self, event: Event) -> None:
        self._shown.append(event["content"])

    def clear(self, wait: bool = False) -> None:
        self._shown.clear()


@pytest.fixture
def shown() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def shell(shown: list[dict[str, Any]]) -> Iterator[NotebookShell]:
    shell = NotebookShell()
    shell.attach(Displayer(Kept(shown), shell, lambda: None), {"injected": 41})
    yield shell
    shell.reset()  # type: ignore[no-untyped-call]


def test_cells_share_a_namespace_and_the_last_expression_is_shown(
    shell: NotebookShell, shown: list[dict[str, Any]]
) -> None:
    assert shell.run("x = injected") is None
    assert shell.run("x + 1") is None

    assert shown == [{"text/plain": "42"}]


def test_a_failure_carries_name_value_and_a_plain_traceback(shell: NotebookShell) -> None:
    failure = shell.run("def f():\n    return 1 / 0\nf()")

    assert failure is not None
    assert failure.summary == "ZeroDivisionError: division by zero"
    assert "----> 2     return 1 / 0" in failure.trace
    assert "\x1b" not in failure.trace


def test_a_syntax_error_names_its_line(shell: NotebookShell) -> None:
    failure = shell.run("a = 1\ndef f(:\n    pass")

    assert failure is not None
    assert failure.summary == "SyntaxError: invalid syntax (line 2)"


@pytest.mark.parametrize(
    ("source", "summary"),
    [
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("%qqq", "UsageError: Line magic function `%qqq` not found."),
        ("raise ValueError('\\n  first\\nsecond')", "ValueError: first"),
        (
            "class PythonException(Exception): 0\nraise PythonException('\\nBelow\\nKeyError: 3')",
            "PythonException: KeyError: 3",
        ),
    ],
)
def test_whatever_ends_a_cell_early_is_a_failure(
    shell: NotebookShell, source: str, summary: str
) -> None:
    failure = shell.run(source)

    assert failure is not None
    assert failure.summary == summary


def test_open_pyplot_figures_are_shown_after_the_cell_and_closed(
    shell: NotebookShell, shown: list[dict[str, Any]]
) -> None:
    source = "import matplotlib\nmatplotlib.use('Agg')\nimport matplotlib.pyplot as plt\n"
    assert shell.run(source + "_ = plt.plot([1, 2])") is None
    assert shell.run("n = len(plt.get_fignums())\nn") is None

    assert {"image/png", "text/plain"} <= set(shown[0])
    assert shown[1] == {"text/plain": "0"}


@pytest.mark.parametrize("source", ["40 + 2;", "40 + 2; # the answer", "x = 1\nx;\n"])
def test_a_semicolon_keeps_the_last_expression_quiet(
    shell: NotebookShell, shown: list[dict[str, Any]], source: str
) -> None:
    assert shell.run(source) is None
    assert shell.run("'a;'  # ;") is None

    assert shown == [{"text/plain": "'a;'"}]


def test_a_group_of_exceptions_is_told_whole(
    shell: NotebookShell, capsys: pytest.CaptureFixture[str]
) -> None:
    failure = shell.run("raise ExceptionGroup('two', [ValueError(1), KeyError(2)])")

    assert failure is not None
    assert failure.summary == "ExceptionGroup: two (2 sub-exceptions)"
    assert "ValueError: 1" in failure.trace
    assert "KeyError: 2" in failure.trace
    assert "IPython" not in failure.trace
    assert capsys.readouterr() == ("", "")


def test_endless_recursion_is_told_briefly(shell: NotebookShell) -> None:
    failure = shell.run("def f():\n    return f()\nf()")

    assert failure is not None
    assert failure.name == "RecursionError"
    assert "[Previous line repeated" in failure.trace
    assert "return f()" in failure.trace
    assert len(failure.trace) < 2000
