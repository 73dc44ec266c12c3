from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from brickyard.notebook import Cell
from brickyard.runtime.errors import MagicError
from brickyard.runtime.magics.files import run_fs
from brickyard.runtime.protocol import TABLE_MIME


class Info(NamedTuple):
    path: str
    size: int


class Fs:
    """Says what it was asked."""

    def help(self) -> None:
        print("help is here")

    def ls(self, path: str) -> list[Info]:
        return [Info(path, 3)]

    def cp(self, source: str, dest: str, recurse: bool = False) -> bool:
        print(source, dest, recurse)
        return True

    def head(self, file: str, maxBytes: int = 65536) -> str:  # noqa: N803
        return f"{file} {maxBytes + 0}"

    def put(self, file: str, contents: str, overwrite: bool = False) -> bool:
        print(file, contents, overwrite)
        return False

    def _hidden(self) -> None:
        raise AssertionError


def fs(line: str) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    run_fs(Cell(0, "fs", f"%fs {line}"), Fs(), shown.append)
    return shown


def test_a_list_is_a_table() -> None:
    assert fs("ls /a # comment")[0][TABLE_MIME] == {
        "columns": ["path", "size"],
        "types": ["string", "bigint"],
        "rows": [["/a", 3]],
        "truncated": False,
    }


@pytest.mark.parametrize(
    ("line", "prints"),
    [
        ("cp /a '/b c'", "/a /b c False\ntrue\n"),
        ("cp -r /a /b", "/a /b True\ntrue\n"),
        ("cp /a /b true", "/a /b True\ntrue\n"),
        ("cp --recurse /a /b", "/a /b True\ntrue\n"),
        ("head /a", "/a 65536\n"),
        ("head /a 10", "/a 10\n"),
        ('put -f /a "some text"', "/a some text True\nfalse\n"),
        ("", "help is here\n"),
    ],
)
def test_words_are_arguments(line: str, prints: str, capsys: pytest.CaptureFixture[str]) -> None:
    fs(line)

    assert capsys.readouterr().out == prints


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("copy /a", "%fs copy: dbutils.fs has no such call. Did you mean 'cp'?"),
        ("_hidden", "%fs _hidden: dbutils.fs has no such call."),
        ("ls", "%fs ls: path is missing. Write: %fs ls path"),
        ("ls /a /b", "%fs ls: '/b' is one word too many."),
        ("ls -r /a", "%fs ls: the option -r is not known."),
        ("cp /a /b yes", "%fs cp: recurse is true or false, not 'yes'."),
        ("head /a ten", "%fs head: maxBytes is a number, not 'ten'."),
        ("ls 'a", "Close the quotation."),
    ],
)
def test_what_does_not_fit_is_named(line: str, says: str) -> None:
    with pytest.raises(MagicError) as caught:
        fs(line)

    assert says in str(caught.value)
