"""``%run``: which notebook, with which arguments."""

from __future__ import annotations

import base64
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from brickyard.errors import did_you_mean
from brickyard.notebook import Cell, Notebook, parse
from brickyard.runtime.errors import MagicError
from brickyard.runtime.rest import RestClient, RestError

_QUOTED = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
_PATH = re.compile(rf"(?P<path>{_QUOTED}|(?!\$)\S+(?:[ \t]+(?!\$)\S+)*)", re.DOTALL)
_ARGUMENT = re.compile(rf"\s+\$(?P<name>\w+)\s*=\s*(?P<value>{_QUOTED}|[^\s\"']\S*)", re.DOTALL)
_USAGE = 'Write: %run ./notebook $name="value"'


@dataclass(frozen=True)
class Run:
    """A parsed ``%run`` line.

    Attributes:
        path: The notebook, from the workspace's root.
        arguments: Values for its widgets.
    """

    path: str
    arguments: dict[str, str]


def parse_run(cell: Cell, caller: str, widgets: Mapping[str, str]) -> Run:
    """Read a ``%run`` cell.

    Args:
        cell: The cell.
        caller: Path of the notebook that it stands in; relative paths start there.
        widgets: Values of widgets by name, for ``$name=$widget``.

    Raises:
        MagicError: There is no path, other lines share the cell, or an argument is not
            ``$name=value``.
    """
    lines = [line for line in cell.body.splitlines() if line.strip()]
    if len(lines) > 1:
        raise MagicError(
            f"%run must be alone in its cell; {len(lines)} lines found.",
            "Put the other lines into a cell of their own.",
        )
    line = lines[0].strip() if lines else ""
    path = _PATH.match(line)
    if path is None:
        raise MagicError("%run names no notebook.", _USAGE)
    arguments: dict[str, str] = {}
    position = path.end()
    while position < len(line):
        argument = _ARGUMENT.match(line, position)
        if argument is None:
            raise MagicError(f"%run: {line[position:].strip()!r} is no argument.", _USAGE)
        value = argument["value"]
        bare = widgets.get(value[1:]) if value.startswith("$") else None
        arguments[argument["name"]] = _unquoted(value) if bare is None else bare
        position = argument.end()
    return Run(workspace_path(_unquoted(path["path"]), caller), arguments)


def fetch_notebook(client: RestClient, path: str) -> Notebook:
    """The notebook at a path of the workspace.

    Raises:
        MagicError: There is none.
    """
    try:
        answer = client.get("2.0/workspace/export", path=path, format="SOURCE")
    except RestError as exc:
        raise MagicError(f"%run: notebook not found: {path}.", _near(client, path)) from exc
    # R's source looks like Python's.
    language = "r" if answer.get("file_type") == "r" else None
    return parse(base64.b64decode(answer["content"]).decode("utf-8"), language)


def workspace_path(path: str, caller: str = "/") -> str:
    """A notebook's path from the workspace's root, the same however it was written.

    Args:
        path: Absolute, with ``/Workspace`` or without, or relative.
        caller: Where relative paths start.
    """
    if path != "/Workspace" and not path.startswith("/Workspace/"):
        return posixpath.normpath(posixpath.join(posixpath.dirname(caller), path))
    return posixpath.normpath(path.removeprefix("/Workspace") or "/")


def _near(client: RestClient, path: str) -> str:
    """What the folder has instead."""
    folder, name = posixpath.split(path)
    try:
        entries = client.get("2.0/workspace/list", path=folder).get("objects", [])
    except RestError:
        return f"There is no folder {folder}."
    names = [posixpath.basename(entry["path"]) for entry in entries]
    stem = name.removesuffix(".py").removesuffix(".ipynb").removesuffix(".sql")
    if stem != name and stem in names:
        return f"Did you mean {stem!r}? A notebook's name has no ending."
    return did_you_mean(name, names)


def _unquoted(text: str) -> str:
    if text[:1] not in ("'", '"'):
        return text
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
