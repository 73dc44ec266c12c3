from __future__ import annotations

import pytest
from py4j.protocol import Py4JJavaError

from brickyard.runtime.dbutils.widgets import Widgets
from brickyard.runtime.errors import MagicError
from brickyard.runtime.java_errors import InputWidgetNotDefined


def test_a_value_of_the_run_wins_over_the_default_of_a_later_widget() -> None:
    widgets = Widgets({"month": "9"})
    widgets.text("month", "1")
    widgets.text("year", "2013", "Year")

    assert widgets.getAll() == {"month": "9", "year": "2013"}


def test_a_parameter_can_be_read_without_a_widget() -> None:
    assert Widgets({"month": "9"}).get("month") == "9"


def test_making_a_widget_again_does_not_change_it() -> None:
    widgets = Widgets({})
    widgets.text("month", "1")
    widgets.text("month", "2")

    assert widgets.get("month") == "1"


def test_an_undefined_widget_is_refused_in_the_platforms_words() -> None:
    widgets = Widgets({"training_start": "x"})

    with pytest.raises(Py4JJavaError) as caught:
        widgets.get("trainingstart")

    assert (
        "An error occurred while calling o1.getArgument.\n"
        ": com.databricks.dbutils_v1.InputWidgetNotDefined: "
        "No input widget named trainingstart is defined"
    ) in str(caught.value)
    assert "Did you mean 'training_start'?" in str(caught.value)


def test_the_default_of_a_dropdown_must_be_a_choice() -> None:
    widgets = Widgets({})

    with pytest.raises(MagicError, match=r"default 'treu' is not a choice.*'true'"):
        widgets.dropdown("execute", "treu", ["true", "false"])
    widgets.combobox("free", "anything", ["a", "b"])
    widgets.multiselect("some", "a,b", ["a", "b", "c"])

    assert widgets.getAll() == {"free": "anything", "some": "a,b"}


def test_values_must_be_strings() -> None:
    with pytest.raises(MagicError, match=r"defaultValue must be a string, not 3"):
        Widgets({}).text("n", 3)  # type: ignore[arg-type]


def test_remove_and_remove_all() -> None:
    widgets = Widgets({"a": "1", "b": "2"})
    widgets.remove("a")
    with pytest.raises(InputWidgetNotDefined):
        widgets.remove("a")
    with pytest.raises(InputWidgetNotDefined):
        widgets.get("a")
    widgets.removeAll()

    assert widgets.getAll() == {}


def test_a_parameter_survives_the_removal_of_its_widget() -> None:
    widgets = Widgets({"month": "9"})
    widgets.removeAll()
    widgets.text("month", "1")

    assert widgets.get("month") == "9"
    widgets.remove("month")
    assert Widgets(widgets.values).get("month") == "9"  # in the process that takes over


def test_a_widget_made_again_as_another_kind_keeps_a_value_that_fits() -> None:
    widgets = Widgets({})
    widgets.text("mode", "b")
    widgets.dropdown("mode", "a", ["a", "b"])
    assert widgets.get("mode") == "b"
    widgets.multiselect("mode", "c", ["c", "d"])
    assert widgets.get("mode") == "c"
    widgets.combobox("mode", "x", ["x"])
    assert widgets.get("mode") == "c"


def test_a_multiselect_may_begin_with_nothing() -> None:
    widgets = Widgets({})
    widgets.multiselect("some", "", ["a", "b"])

    assert widgets.get("some") == ""


def test_arguments_of_run_win_over_what_is_there() -> None:
    widgets = Widgets({})
    widgets.text("a", "1")
    widgets.give({"a": "2"})
    widgets.text("a", "3")

    assert widgets.get("a") == "2"


def test_get_argument_falls_back_to_its_default() -> None:
    assert Widgets({}).getArgument("a", "z") == "z"
    with pytest.raises(InputWidgetNotDefined):
        Widgets({}).getArgument("a")
