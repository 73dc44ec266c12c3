"""The cells that are not Python: what each magic does.

Sources: docs on notebook magics; databricks-behaviour: ``%run`` is alone in its cell, shares the
namespace, and takes ``$name="value"``; ``%sh`` fails the cell only with ``-e``.
"""

from __future__ import annotations

import base64
import posixpath
import re
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from brickyard.notebook import Cell, Notebook, parse
from brickyard.runtime.display import spark_table, table_data
from brickyard.runtime.errors import MagicError
from brickyard.runtime.rest import RestClient, RestError

_ARGUMENT = re.compile(r"""\$(\w+)\s*=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\S+)""")
_FS_TABLE = ("ls", "mounts")


@dataclass(frozen=True)
class Run:
    """A parsed ``%run`` line."""

    path: str
    arguments: dict[str, str]


def show_markdown(cell: Cell, show: Callable[[dict[str, Any]], None]) -> None:
    """``%md``: the text itself; the page renders it."""
    show({"text/markdown": cell.body})


def run_shell(cell: Cell) -> None:
    """``%sh``: bash; its output reaches the cell through the captured descriptors.

    Raises:
        MagicError: With ``-e``, when the script's exit status is not zero.
    """
    body = cell.body
    strict = re.match(r"\s*-e\b", body)
    script = body[strict.end() :] if strict else body
    done = subprocess.run(["bash", "-c", script], check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        if strict:
            raise MagicError(f"%sh ended with exit status {done.returncode}.")
        print(f"%sh ended with exit status {done.returncode}.")


def run_fs(cell: Cell, fs: object, show: Callable[[dict[str, Any]], None]) -> None:
    """``%fs ls /path``: a call of ``dbutils.fs`` with words for arguments.

    Raises:
        MagicError: ``dbutils.fs`` has no such call, or the words do not fit it.
    """
    verb, *words = shlex.split(cell.body, comments=True) or [""]
    call = getattr(fs, verb, None) if verb and not verb.startswith("_") else None
    if call is None:
        raise MagicError(f"%fs {verb}: dbutils.fs has no such call.", "See dbutils.fs.help().")
    try:
        result = call(*[_word(word) for word in words])
    except TypeError as exc:
        raise MagicError(f"%fs {cell.body.strip()}: {exc}.") from exc
    if verb in _FS_TABLE:
        names = list(result[0]._fields) if result else ["path", "name", "size"]
        rows = [list(item) for item in result]
        types = ["string"] * len(names)
        show(table_data({"columns": names, "types": types, "rows": rows, "truncated": False}))
    elif isinstance(result, str):
        print(result)


def run_sql(
    text: str, sql: Callable[[str], Any], show: Callable[[dict[str, Any]], None]
) -> object | None:
    """``%sql``: each statement in turn; the last one's result is shown and returned."""
    frame = None
    for statement in split_statements(text):
        frame = sql(statement)
    if frame is not None and frame.columns:
        show(table_data(spark_table(frame)))
    return frame


def split_statements(text: str) -> list[str]:
    """SQL text cut at semicolons outside of strings and comments.

    Returns:
        The statements that hold more than blanks and comments.
    """
    pattern = re.compile(
        r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|--[^\n]*|/\*.*?\*/|;""", re.DOTALL
    )
    statements, start = [], 0
    for token in pattern.finditer(text):
        if token[0] == ";":
            statements.append(text[start : token.start()])
            start = token.end()
    statements.append(text[start:])
    comments = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
    return [s.strip() for s in statements if comments.sub("", s).strip()]


def parse_run(cell: Cell, caller: str) -> Run:
    """Read a ``%run`` cell.

    Args:
        cell: The cell.
        caller: Path of the notebook that it stands in; relative paths start there.

    Raises:
        MagicError: There is no path, or other lines share the cell.
    """
    lines = [line for line in cell.body.splitlines() if line.strip()]
    if len(lines) != 1:
        raise MagicError(
            f"%run must be alone in its cell and name one notebook; {len(lines)} lines found."
        )
    arguments = {
        match[1]: match[2].strip("\"'") if match[2][:1] in "\"'" else match[2]
        for match in _ARGUMENT.finditer(lines[0])
    }
    path = _ARGUMENT.sub("", lines[0]).strip().strip("\"'")
    if not path:
        raise MagicError("%run names no notebook.", "Write: %run ./notebook")
    if not path.startswith("/"):
        path = posixpath.join(posixpath.dirname(caller), path)
    return Run(posixpath.normpath(path), arguments)


def fetch_notebook(client: RestClient, path: str) -> Notebook:
    """The notebook at a path of the workspace.

    Raises:
        MagicError: There is none.
    """
    try:
        answer = client.get("2.0/workspace/export", path=path, format="SOURCE")
    except RestError as exc:
        raise MagicError(f"%run: notebook not found: {path}.", f"({exc.message})") from exc
    return parse(base64.b64decode(answer["content"]).decode("utf-8"))


def _word(word: str) -> str | bool:
    return {"true": True, "false": False}.get(word.lower(), word)
