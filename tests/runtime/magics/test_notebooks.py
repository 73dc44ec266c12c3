from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.notebook import Cell
from brickyard.runtime.errors import MagicError
from brickyard.runtime.magics.notebooks import fetch_notebook, parse_run, workspace_path
from brickyard.runtime.rest import RestClient, RestError

NAMES = st.from_regex(r"[A-Za-z_]\w{0,8}", fullmatch=True)


def run_cell(source: str) -> Cell:
    return Cell(0, "run", source)


@pytest.mark.parametrize(
    ("line", "path", "arguments"),
    [
        ("%run ./child", "/Shared/project/child", {}),
        ("%run child", "/Shared/project/child", {}),
        ("%run ../lib/child", "/Shared/lib/child", {}),
        ("%run /Users/me/child", "/Users/me/child", {}),
        ("%run /Workspace/Users/me/child", "/Users/me/child", {}),
        ('%run "./with space"', "/Shared/project/with space", {}),
        ("%run './with space'", "/Shared/project/with space", {}),
        ("%run ./with space", "/Shared/project/with space", {}),
        ('%run ./child $a="1 2" $b=x', "/Shared/project/child", {"a": "1 2", "b": "x"}),
        (r'%run "./a b" $q="say \"hi\" \\ $x" $e=""', "/Shared/project/a b",
         {"q": 'say "hi" \\ $x', "e": ""}),
        ("%run ./child $a = 'x'  ", "/Shared/project/child", {"a": "x"}),
        ('%run ./child $a=$w $b="$w" $c=$other', "/Shared/project/child",
         {"a": "on", "b": "$w", "c": "$other"}),
        ("%run\n./child\n", "/Shared/project/child", {}),
    ],
)  # fmt: skip
def test_run_reads_path_and_arguments(line: str, path: str, arguments: dict[str, str]) -> None:
    run = parse_run(run_cell(line), "/Shared/project/main", {"w": "on"})

    assert (run.path, run.arguments) == (path, arguments)


@given(st.dictionaries(NAMES, st.text().filter(lambda text: len(text.splitlines()) < 2)))
def test_any_values_arrive_as_they_are(arguments: dict[str, str]) -> None:
    quoted = {
        name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in arguments.items()
    }
    line = " ".join(f'${name}="{value}"' for name, value in quoted.items())

    expected = {n: v for n, v in arguments.items() if not v.splitlines() or v.splitlines() == [v]}
    if expected == arguments:
        assert parse_run(run_cell(f"%run ./x {line}"), "/main", {}).arguments == arguments


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("%run", "names no notebook"),
        ("%run $a=1", "names no notebook"),
        ("%run ./a\nprint(1)", "alone in its cell; 2 lines"),
        ('%run ./a $b="open', "'$b=\"open' is no argument"),
        ('%run ./a $b="1" c', "'c' is no argument"),
        ("%run ./a $b", "'$b' is no argument"),
    ],
)
def test_what_is_no_call_is_refused(source: str, says: str) -> None:
    with pytest.raises(MagicError) as caught:
        parse_run(run_cell(source), "/main", {})

    assert says in str(caught.value)


def test_a_path_is_the_same_however_it_is_written() -> None:
    written = ["/Workspace/a/b", "/a/b", "/a/./b", "/a/c/../b"]

    assert {workspace_path(path) for path in written} == {"/a/b"}
    assert workspace_path("/Workspacer/b") == "/Workspacer/b"


class Client(RestClient):
    """A workspace with one notebook."""

    def __init__(self) -> None:
        super().__init__("http://localhost", "")

    def get(self, path: str, /, **query: str) -> dict[str, Any]:
        if path == "2.0/workspace/list" and query["path"] == "/Shared":
            return {"objects": [{"path": "/Shared/train"}]}
        if query["path"] == "/Shared/train":
            source = b"# Databricks notebook source\nx = 1\n"
            return {"content": base64.b64encode(source).decode()}
        raise RestError("RESOURCE_DOES_NOT_EXIST", "none")


def test_a_notebook_that_is_not_there_is_named_with_its_like() -> None:
    assert fetch_notebook(Client(), "/Shared/train").cells[0].source == "x = 1"
    for path, hint in [
        ("/Shared/trian", "Did you mean 'train'?"),
        ("/Shared/train.py", "Did you mean 'train'? A notebook's name has no ending."),
        ("/Nowhere/train", "There is no folder /Nowhere."),
    ]:
        with pytest.raises(MagicError) as caught:
            fetch_notebook(Client(), path)
        assert str(caught.value) == f"%run: notebook not found: {path}. {hint}"
