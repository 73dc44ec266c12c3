from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.runtime.errors import MagicError
from brickyard.runtime.magics.sql import fill_in, split_statements
from brickyard.runtime.spark.sqltext.lexer import Kind, tokenize

WIDGETS = {"day": "2024-01-01", "table": "main.default.t", "quote": "it's"}
SETTINGS = {"spark.mode": "fast"}


def filled(text: str) -> str:
    return fill_in(text, WIDGETS, lambda name, _default: SETTINGS.get(name))


def test_text_is_cut_at_semicolons_outside_strings_and_comments() -> None:
    text = "select ';' as a, \"x;y\"; -- no; it's no cut\nselect `b;c` /* ; */ from t;\n;--end"

    assert split_statements(text) == [
        "select ';' as a, \"x;y\"",
        "-- no; it's no cut\nselect `b;c` /* ; */ from t",
    ]


@given(st.lists(st.text(alphabet="ab c\n", min_size=1).filter(str.strip), max_size=5))
def test_splitting_joined_statements_gives_them_back(statements: list[str]) -> None:
    assert split_statements(";".join(statements)) == [s.strip() for s in statements]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select :day", "select '2024-01-01'"),
        ("select * from t where d>=:day and x=:quote", None),
        ("insert into identifier(:table) select 1", "insert into `main`.`default`.`t` select 1"),
        ("select * from IDENTIFIER( 'a.' || :quote ) x", "select * from `a`.`it's` x"),
        ("select * from identifier('a.`b.c`')", "select * from a.`b.c`"),
        ("select * from identifier(a || :day), identifier", None),
        ("select ':day', `:day` -- :day", "select ':day', `:day` -- :day"),
        ("select a::int, raw:owner, raw:items[0]:day from t", None),
        ("select * from ${table} where d = '${day}'", None),
        ("select * from $table where d = '$day' and c = '$5 $.a $other'", None),
        ("select '${spark.mode}', '${nothing}'", "select 'fast', '${nothing}'"),
        ("select getArgument('day'), GETARGUMENT( \"quote\" )", None),
    ],
)
def test_values_are_put_in(text: str, expected: str | None) -> None:
    wanted = {
        "select * from identifier(a || :day), identifier": (
            "select * from identifier(a || '2024-01-01'), identifier"
        ),
        "select * from t where d>=:day and x=:quote": (
            "select * from t where d>='2024-01-01' and x='it\\'s'"
        ),
        "select * from ${table} where d = '${day}'": (
            "select * from main.default.t where d = '2024-01-01'"
        ),
        "select * from $table where d = '$day' and c = '$5 $.a $other'": (
            "select * from main.default.t where d = '2024-01-01' and c = '$5 $.a $other'"
        ),
        "select getArgument('day'), GETARGUMENT( \"quote\" )": "select '2024-01-01', 'it\\'s'",
    }

    assert filled(text) == (expected or wanted.get(text, text))


@given(st.text())
def test_a_parameter_is_one_string_whatever_is_in_it(value: str) -> None:
    tokens = tokenize(fill_in("select :p", {"p": value}, lambda _name, _default: None))

    assert [token.kind for token in tokens] == [Kind.WORD, Kind.STRING]
    assert tokens[1].value == value


def test_a_parameter_without_a_widget_is_refused() -> None:
    with pytest.raises(MagicError) as caught:
        filled("select :dya")

    assert str(caught.value).startswith("[UNBOUND_SQL_PARAMETER] Found the unbound parameter: dya")
    assert "Did you mean 'day'?" in str(caught.value)


def test_no_widget_is_needed_where_none_is_named() -> None:
    nothing: Any = {}

    assert fill_in("select 1", nothing, lambda _name, _default: None) == "select 1"
