"""Reading TOML tables strictly: keys known, values of their type, faults with their line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from brickyard.delivery.errors import ProjectError
from brickyard.errors import did_you_mean

T = TypeVar("T")

_HEADER = re.compile(r"^\s*\[+\s*([^\[\]]+?)\s*\]+\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=""")
_AT = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")
_TYPES = {
    str: "a string",
    int: "an integer",
    bool: "true or false",
    dict: "a table",
    list: "a list",
}


class Document:
    """A parsed TOML file that can say where a key stands.

    Attributes:
        file: Where it was read from.
        root: Its top table.
    """

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self._lines = _lines(text)
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as exc:
            found = _AT.search(str(exc))
            line = int(found[1]) if found and found[1] else text.count("\n") + 1
            reason = _AT.sub("", str(exc)).strip()
            raise ProjectError(file, f"Not valid TOML: {reason}.", line=line) from exc
        self.root = Table(self, (), content)

    @classmethod
    def read(cls, file: Path) -> Document:
        """Read and parse a file.

        Raises:
            ProjectError: It cannot be read, or is no TOML.
        """
        try:
            return cls(file, file.read_text(encoding="utf-8"))
        except UnicodeDecodeError as exc:
            raise ProjectError(file, "Not valid TOML: the file is not UTF-8.") from exc
        except OSError as exc:
            raise ProjectError(file, f"Cannot be read: {exc.strerror}.") from exc

    def line(self, path: tuple[str, ...]) -> int | None:
        """The line, from 1, of a key or of a table's header; None when not found.

        What an inline table or a list holds stands where its nearest findable parent does.
        """
        for length in range(len(path), 0, -1):
            if (found := self._lines.get(path[:length])) is not None:
                return found
        return None


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """The line of each key and header; a table that only a longer header makes has that one's."""
    own: dict[tuple[str, ...], int] = {}
    implied: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            path = table = _parts(header[1])
        elif key := _KEY.match(line):
            path = (*table, *_parts(key[1]))
        else:
            continue
        own.setdefault(path, number)
        for length in range(1, len(path)):
            implied.setdefault(path[:length], number)
    return {**implied, **own}


class Table:
    """One table of a document; every key taken from it counts as known.

    Attributes:
        path: Its keys from the root.
        content: What it holds.
    """

    def __init__(self, document: Document, path: tuple[str, ...], content: dict[str, Any]) -> None:
        self.document = document
        self.path = path
        self.content = content

    def only(self, known: Iterable[str]) -> None:
        """Refuse every key that is not known.

        Raises:
            ProjectError: Names the first unknown key and the nearest known one.
        """
        allowed = set(known)
        for key in self.content:
            if key not in allowed:
                raise self.fault(
                    f"Unknown key {self._name(key)!r}.", key, did_you_mean(key, allowed)
                )

    def take(self, key: str, kind: type[T]) -> T | None:
        """The value under a key, or None when absent.

        Raises:
            ProjectError: It has another type.
        """
        if key not in self.content:
            return None
        value = self.content[key]
        # bool is an int to Python, not to a reader of the file.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fault(
                f"{self._name(key)!r} is {value!r}, expected {_TYPES.get(kind, kind.__name__)}.",
                key,
            )
        return value

    def need(self, key: str, kind: type[T], remedy: str = "") -> T:
        """The value under a key.

        Raises:
            ProjectError: It is absent or has another type.
        """
        value = self.take(key, kind)
        if value is None:
            raise self.fault(f"{self._name(key)!r} is missing.", None, remedy)
        return value

    def strings(self, key: str) -> tuple[str, ...] | None:
        """The list of strings under a key, or None when absent.

        Raises:
            ProjectError: It is no list, or holds something else.
        """
        values = self.take(key, list)
        for value in values or ():
            if not isinstance(value, str):
                raise self.fault(f"{self._name(key)!r} holds {value!r}, expected strings.", key)
        return None if values is None else tuple(values)

    def table(self, key: str) -> Table:
        """The table under a key; an empty one when absent.

        Raises:
            ProjectError: It is no table.
        """
        return Table(self.document, (*self.path, key), self.take(key, dict) or {})

    def tables(self, key: str, read: Callable[[str, Table], T]) -> dict[str, T]:
        """Read each table under a key, as in ``[key.name]``."""
        parent = self.table(key)
        return {name: read(name, parent.table(name)) for name in parent.content}

    def file(self, key: str, *, folder: bool = False) -> Path:
        """The existing file or folder a key names, relative to the document's own folder.

        Raises:
            ProjectError: The key is absent, or nothing of that kind is there.
        """
        name = self.need(key, str)
        path = self.document.file.parent / name
        if not (path.is_dir() if folder else path.is_file()):
            what = "folder" if folder else "file"
            near = did_you_mean(path.name, _names(path.parent)) if path.parent.is_dir() else ""
            raise self.fault(f"{self._name(key)!r} names {name!r}: no such {what}.", key, near)
        return path

    def fault(self, message: str, key: str | None = None, remedy: str = "") -> ProjectError:
        """An error that points at a key of this table, or at the table."""
        path = self.path if key is None else (*self.path, key)
        line = self.document.line(path) if path else None
        return ProjectError(self.document.file, message, line=line, remedy=remedy)

    def _name(self, key: str) -> str:
        return ".".join((*self.path, key))


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _names(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir() if not entry.name.startswith(".")]
