"""``%fs``: ``dbutils.fs`` with words for arguments, as in ``%fs cp -r /a /b``."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Callable
from typing import Any

from brickyard.errors import did_you_mean
from brickyard.notebook import Cell
from brickyard.runtime.display import build_table, table_data
from brickyard.runtime.errors import MagicError
from brickyard.runtime.protocol import Table

# What a letter says, by the parameter that it sets.
_LETTERS = {
    "-r": ("recurse", True),
    "-R": ("recurse", True),
    "--recurse": ("recurse", True),
    "-f": ("overwrite", True),
    "--overwrite": ("overwrite", True),
}


def run_fs(cell: Cell, fs: object, show: Callable[[dict[str, Any]], None]) -> None:
    """Carry out a ``%fs`` cell: a list is shown as a table, all else is printed.

    Args:
        cell: The cell.
        fs: ``dbutils.fs``.
        show: Takes the table.

    Raises:
        MagicError: ``dbutils.fs`` has no such call, or the words do not fit it.
    """
    try:
        verb, *words = shlex.split(cell.body, comments=True) or ["help"]
    except ValueError as exc:
        raise MagicError(f"%fs {cell.body.strip()}: {exc}.", "Close the quotation.") from exc
    call = None if verb.startswith("_") else getattr(type(fs), verb, None)
    if not inspect.isfunction(call):
        known = [name for name, _ in inspect.getmembers(type(fs), inspect.isfunction)]
        hint = did_you_mean(verb, [name for name in known if not name.startswith("_")])
        raise MagicError(f"%fs {verb}: dbutils.fs has no such call.", hint)
    parameters = dict(inspect.signature(getattr(fs, verb)).parameters)
    result = getattr(fs, verb)(**_arguments(verb, words, parameters))
    if isinstance(result, list):
        show(table_data(_table(result)))
    elif isinstance(result, bool):
        print(str(result).lower())
    elif result is not None:
        print(result)


def _arguments(
    verb: str, words: list[str], parameters: dict[str, inspect.Parameter]
) -> dict[str, Any]:
    """Words as the arguments of a call.

    Raises:
        MagicError: There are too many or too few, or one is not of the right kind.
    """
    given: dict[str, Any] = {}
    free = list(parameters)
    for word in words:
        name, value = _LETTERS.get(word, ("", None))
        if name in parameters:
            given[name] = value
            continue
        if word.startswith("-") and not word.lstrip("-").isdigit():
            raise MagicError(f"%fs {verb}: the option {word} is not known.", _usage(verb, free))
        left = [name for name in free if name not in given]
        if not left:
            raise MagicError(f"%fs {verb}: {word!r} is one word too many.", _usage(verb, free))
        given[left[0]] = _converted(verb, word, parameters[left[0]])
    needed = [
        name
        for name, parameter in parameters.items()
        if parameter.default is parameter.empty and name not in given
    ]
    if needed:
        raise MagicError(f"%fs {verb}: {needed[0]} is missing.", _usage(verb, free))
    return given


def _converted(verb: str, word: str, parameter: inspect.Parameter) -> object:
    """A word as the kind of value that a parameter's default is."""
    if isinstance(parameter.default, bool):
        if word.lower() not in ("true", "false"):
            raise MagicError(f"%fs {verb}: {parameter.name} is true or false, not {word!r}.")
        return word.lower() == "true"
    if isinstance(parameter.default, int):
        if not word.isdigit():
            raise MagicError(f"%fs {verb}: {parameter.name} is a number, not {word!r}.")
        return int(word)
    return word


def _usage(verb: str, names: list[str]) -> str:
    return f"Write: %fs {verb} {' '.join(names)}"


def _table(rows: list[Any]) -> Table:
    names = list(rows[0]._fields) if rows else ["path", "name", "size", "modificationTime"]
    types = [_type(value) for value in rows[0]] if rows else ["string"] * len(names)
    return build_table(names, types, rows)


def _type(value: object) -> str:
    return "bigint" if isinstance(value, int) else "string"
