from __future__ import annotations

import builtins
import getpass
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from brickyard.runtime.display import Displayer
from brickyard.runtime.magics.lines import refuse_questions, register_line_magics
from brickyard.runtime.protocol import Event
from brickyard.runtime.shell import NotebookShell


class Nowhere:
    """Where outputs go that no test asks for."""

    position = 0

    def output(self, event: Event) -> None:
        """Forget it."""

    def clear(self, wait: bool = False) -> None:
        """Nothing to do."""


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def shell(lines: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[NotebookShell]:
    for owner, name in ((builtins, "input"), (getpass, "getpass"), (sys, "breakpointhook")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    shell = NotebookShell()
    shell.attach(Displayer(Nowhere(), shell, lambda: None), {})
    register_line_magics(shell, lines.append)
    refuse_questions()
    yield shell
    shell.reset()  # type: ignore[no-untyped-call]


def test_pip_lines_stand_among_python_and_take_its_variables(
    shell: NotebookShell, lines: list[str]
) -> None:
    failure = shell.run(
        "folder, wheels = '/w', ['a', 'b']\n"
        "%pip install $folder/x.whl {wheels[0]}.whl \\\n"
        "    --quiet  # why\n"
        "if folder:\n"
        "    %pip list\n"
        "n = len(wheels)\n"
        "%pip uninstall -y x{n}\n"
        "%uv pip install y"
    )

    assert failure is None
    assert [" ".join(line.split()) for line in lines] == [
        "install /w/x.whl a.whl --quiet # why",
        "list",
        "uninstall -y x2",
        "install y",
    ]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("%restart_python", "RestartPython"),
        ("%conda install x", "%conda is not available, as on current runtimes"),
        ("%mamba install x", "%mamba is not available"),
        ("%uv add x", "%uv add is not available. Use %pip"),
        ("%edit x", "%edit needs an editor or a terminal"),
        ("%debug", "%debug needs an editor or a terminal"),
        ("%history", "%history needs a history"),
        ("%rerun", "%rerun needs a history"),
        ("%pastebin 1", "%pastebin would publish"),
        ("x = 1\n%sql select 1", "%sql must be the first word of its cell"),
        ("x = 1\n%run ./x", "%run must be the first word of its cell"),
        ("%restart_pyton", "Did you mean 'restart_python'?"),
        ("%%tiem\n1", "Cell magic `%%tiem` not found. Did you mean 'time'"),
        ("input('name')", "input() was called, but a run has nobody to answer"),
        ("import getpass; getpass.getpass()", "getpass() was called"),
        ("breakpoint()", "breakpoint() was called"),
    ],
)
def test_what_cannot_work_says_so(shell: NotebookShell, source: str, says: str) -> None:
    failure = shell.run(source)

    assert failure is not None
    assert says in failure.summary


@pytest.mark.parametrize(
    ("source", "prints"),
    [
        ("%%time\n_ = 1", "Wall time:"),
        ("%time _ = 1", "Wall time:"),
        ("%timeit -n 1 -r 1 pass", "per loop"),
        ("%%timeit -n 1 -r 1\npass", "per loop"),
        ("%matplotlib inline", ""),
        ("%env BRICK=1\nimport os; print(os.environ['BRICK'])", "env: BRICK=1\n1"),
        ("%cd /\n%pwd\n!pwd", "/\n/"),
        ("thing = 1\n%who", "thing"),
        ("%%capture out\nprint('hidden')", ""),
        ("%%bash\necho from bash", "from bash"),
        ("!echo from {1 + 1} $HOME; exit 3\nprint(_exit_code)", "3"),
        ("listed = !echo a; echo b\nprint(list(listed))", "['a', 'b']"),
        ("%load_ext autoreload\n%autoreload 2", ""),
        ("%config InlineBackend.figure_format = 'retina'", ""),
        ("len?", "Return the number of items"),
        ("%lsmagic\n", ""),
    ],
)
def test_what_ipython_has_works(
    shell: NotebookShell,
    source: str,
    prints: str,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    assert shell.run(source) is None
    out = capfd.readouterr().out
    assert prints in out
    assert prints or not out


def test_writefile_writes_into_the_notebooks_folder(
    shell: NotebookShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert shell.run("%%writefile module.py\nX = 1\n") is None
    assert (tmp_path / "module.py").read_text() == "X = 1\n"
