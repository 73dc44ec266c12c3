"""Line magics: ``%pip``, ``%restart_python``, and clear words for those that cannot work here."""

from __future__ import annotations

import builtins
import functools
import getpass
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell

from brickyard.runtime.errors import MagicError, RestartPython

_NEED_TERMINAL = {
    "debug": "Raise, or print, what you want to see.",
    "ed": "",
    "edit": "",
    "gui": "",
    "load": "Import the file as a module.",
    "loadpy": "Import the file as a module.",
    "pdb": "Raise, or print, what you want to see.",
    "pylab": "Import numpy and matplotlib.pyplot instead.",
}
_NEED_HISTORY = ("hist", "history", "macro", "notebook", "recall", "rep", "rerun", "save")
_INSTALLERS = ("conda", "mamba", "micromamba")
_CELL_LANGUAGES = ("fs", "md", "python", "r", "run", "scala", "sh", "skip", "sql")

LineMagic = Callable[[str], Any]


def register_line_magics(shell: InteractiveShell, pip: LineMagic) -> None:
    """Give the shell the platform's line magics.

    Args:
        shell: The interpreter.
        pip: Carries out a ``%pip`` line.
    """
    magics: dict[str, LineMagic] = {
        "pip": pip,
        "uv": functools.partial(_uv, pip),
        "restart_python": _restart_python,
        "matplotlib": _matplotlib,
    }
    for name, remedy in _NEED_TERMINAL.items():
        magics[name] = _refusal(
            f"%{name} needs an editor or a terminal, which a run has not.", remedy
        )
    magics["pastebin"] = _refusal("%pastebin would publish what a notebook holds.")
    for name in _NEED_HISTORY:
        magics[name] = _refusal(f"%{name} needs a history, which a run does not keep.")
    for name in _INSTALLERS:
        magics[name] = _refusal(
            f"%{name} is not available, as on current runtimes of the platform.",
            "Use %pip install.",
        )
    for name in _CELL_LANGUAGES:
        magics[name] = _refusal(
            f"%{name} must be the first word of its cell.", "Put it into a cell of its own."
        )
    # Not register_function, which would make each an attribute, also where one has a meaning.
    shell.magics_manager.magics["line"].update(magics)


def refuse_questions() -> None:
    """Let what would ask somebody at a keyboard fail at once: there is nobody."""
    builtins.input = functools.partial(_nobody, "input()")
    getpass.getpass = functools.partial(_nobody, "getpass()")
    sys.breakpointhook = functools.partial(_nobody, "breakpoint()")


def _nobody(what: str, *_args: object, **_options: object) -> NoReturn:
    raise StdinNotImplementedError(
        f"{what} was called, but a run has nobody to answer. Read a value with "
        "dbutils.widgets.get, or a password with dbutils.secrets.get."
    )


def _refusal(message: str, remedy: str = "") -> LineMagic:
    def refuse(line: str) -> NoReturn:
        del line
        raise MagicError(message, remedy)

    return refuse


def _restart_python(line: str) -> NoReturn:
    del line
    raise RestartPython


def _uv(pip: LineMagic, line: str) -> None:
    verb, _, rest = line.strip().partition(" ")
    if verb != "pip":
        raise MagicError(f"%uv {verb} is not available.", "Use %pip, or %uv pip install.")
    pip(rest)


def _matplotlib(line: str) -> None:
    """Figures are shown under their cell without it, and in no other way."""
    backend = line.partition("#")[0].strip()
    if backend in ("--list", "-l"):
        print("Available matplotlib backends: ['inline']")
    elif backend not in ("", "inline", "agg"):
        print(f"%matplotlib {backend}: a run's figures are shown as images.", file=sys.stderr)
