from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.notebook import Cell
from brickyard.runtime.errors import MagicError
from brickyard.runtime.magics import parse_run, run_shell, split_statements


def run_cell(source: str) -> Cell:
    return Cell(0, "run", source)


@pytest.mark.parametrize(
    ("line", "path", "arguments"),
    [
        ("%run ./child", "/Shared/project/child", {}),
        ("%run ../lib/child", "/Shared/lib/child", {}),
        ("%run /Users/me/child", "/Users/me/child", {}),
        ('%run "./with space"', "/Shared/project/with space", {}),
        ('%run ./child $a="1 2" $b=x', "/Shared/project/child", {"a": "1 2", "b": "x"}),
    ],
)
def test_run_reads_path_and_arguments(line: str, path: str, arguments: dict[str, str]) -> None:
    run = parse_run(run_cell(line), "/Shared/project/main")

    assert (run.path, run.arguments) == (path, arguments)


@pytest.mark.parametrize("source", ["%run", "%run ./a\nprint(1)", "%run $a=1"])
def test_run_is_alone_and_names_a_notebook(source: str) -> None:
    with pytest.raises(MagicError, match="%run"):
        parse_run(run_cell(source), "/main")


def test_sql_is_cut_at_semicolons_outside_strings_and_comments() -> None:
    text = "select ';' as a, \"x;y\"; -- no; cut\nselect `b;c` /* ; */ from t;\n;"

    assert split_statements(text) == [
        "select ';' as a, \"x;y\"",
        "-- no; cut\nselect `b;c` /* ; */ from t",
    ]


@given(st.lists(st.text(alphabet="ab c\n", min_size=1).filter(str.strip), max_size=5))
def test_splitting_joined_statements_gives_them_back(statements: list[str]) -> None:
    assert split_statements(";".join(statements)) == [s.strip() for s in statements]


def test_shell_fails_only_when_asked_to(capfd: pytest.CaptureFixture[str]) -> None:
    run_shell(Cell(0, "sh", "%sh\necho one; exit 3"))

    assert capfd.readouterr().out == "one\n%sh ended with exit status 3.\n"
    with pytest.raises(MagicError, match="exit status 3"):
        run_shell(Cell(0, "sh", "%sh -e\nexit 3"))
