from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.delivery.errors import TemplateError
from brickyard.delivery.jsontext import JsonText

FILE = Path("job.json")


def test_lines_of_values_and_keys() -> None:
    text = JsonText(FILE, '{"a": 1,\n "b": [\n  {"c":\n   "d\\"}"},\n 2, [], {}\n],"e":true}\n')
    assert [text.line(p) for p in ("", "a", "b", "b[0]", "b[0].c", "b[1]", "e")] == [
        1,
        1,
        2,
        3,
        3,
        5,
        6,
    ]


def test_an_unknown_path_stands_where_its_nearest_known_one_does() -> None:
    text = JsonText(FILE, '{\n"a": {\n"b": 1}}')
    assert text.line("a.zz[3].y") == 2
    assert text.line("zz") == 1


def test_broken_json_is_named_with_its_line() -> None:
    with pytest.raises(TemplateError, match=r"job.json:2: Not valid JSON: .* \(column 9\)"):
        JsonText(FILE, '{"a": 1,\n "b": 2,,}')


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(TemplateError, match=r"job\.json:3: The key 'a' stands twice"):
        JsonText(FILE, '{\n"a": 1,\n"a": 2}')


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.from_regex(r"[a-z]{1,3}", fullmatch=True), inner)
    ),
    max_leaves=15,
)


@given(values, st.sampled_from([None, 0, 2]))
def test_every_value_of_any_json_has_its_line(value: Any, indent: int | None) -> None:
    written = json.dumps(value, indent=indent)
    text = JsonText(FILE, written)
    lines = written.splitlines()

    def visit(inner: Any, path: str) -> None:
        line = text.line(path)
        assert line is not None
        if isinstance(inner, dict):
            for key, below in inner.items():
                deeper = f"{path}.{key}" if path else key
                assert json.dumps(key) in lines[(text.line(deeper) or 0) - 1]
                visit(below, deeper)
        elif isinstance(inner, list):
            for index, below in enumerate(inner):
                visit(below, f"{path}[{index}]")
        else:
            assert json.dumps(inner) in lines[line - 1]

    visit(value, "")
