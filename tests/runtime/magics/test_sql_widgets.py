from __future__ import annotations

from typing import Any

import pytest

from brickyard.runtime.dbutils.widgets import Widgets
from brickyard.runtime.errors import MagicError
from brickyard.runtime.java_errors import InputWidgetNotDefined
from brickyard.runtime.magics.sql_widgets import run_widget_statement


class Session:
    """Answers every query with two rows, and keeps the queries."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def sql(self, text: str) -> Session:
        self.asked.append(text)
        return self

    def collect(self) -> list[tuple[Any, ...]]:
        return [("CA",), ("NY",)]


def test_widgets_are_made_and_removed() -> None:
    widgets, session = Widgets({}), Session()
    choices = "select state from t -- all"

    assert run_widget_statement('create widget text y default "10"', widgets, session)
    assert run_widget_statement(
        f"CREATE WIDGET DROPDOWN `a b` DEFAULT 'CA' CHOICES {choices}", widgets, session
    )
    assert widgets.values == {"y": "10", "a b": "CA"}
    assert session.asked == [choices]

    assert run_widget_statement("REMOVE WIDGET y;", widgets, session)
    assert widgets.values == {"a b": "CA"}


def test_a_runs_parameter_wins_over_the_default() -> None:
    widgets = Widgets({"y": "given"})
    run_widget_statement("CREATE WIDGET TEXT y DEFAULT 'x'", widgets, Session())
    assert widgets.get("y") == "given"


@pytest.mark.parametrize("text", ["select 1", "create table widget (a int)", "remove x", ""])
def test_other_statements_are_left(text: str) -> None:
    assert not run_widget_statement(text, Widgets({}), Session())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("CREATE WIDGET TEX y DEFAULT '1'", "Did you mean 'TEXT'"),
        ("CREATE WIDGET TEXT", "names no widget"),
        ("CREATE WIDGET TEXT y", "DEFAULT is missing"),
        ("CREATE WIDGET TEXT y DEFAULT (1)", "needs a value in quotes"),
        ("CREATE WIDGET TEXT y DEFAULT 'a' CHOICES select 1", "'CHOICES' is not expected"),
        ("CREATE WIDGET COMBOBOX y DEFAULT 'a'", "CHOICES and a query are missing"),
        ("CREATE WIDGET DROPDOWN y DEFAULT 'TX' CHOICES select 1", "'TX' is not a choice"),
    ],
)
def test_malformed_ones_are_refused(text: str, says: str) -> None:
    widgets = Widgets({})
    with pytest.raises(MagicError, match=says):
        run_widget_statement(text, widgets, Session())
    assert widgets.values == {}


def test_removing_what_is_not_there_is_an_error() -> None:
    with pytest.raises(InputWidgetNotDefined, match="No input widget named z is defined"):
        run_widget_statement("REMOVE WIDGET z", Widgets({}), Session())
