"""JSON with line numbers: parsed values, and where in the text each of them stands."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # public, absent from the stubs
from pathlib import Path
from typing import Any

from brickyard.delivery.errors import TemplateError

_SPACE = re.compile(r"[ \t\n\r]*")
_ATOM = re.compile(r"[^\s,\]}]+")


class JsonText:
    """A parsed JSON file.

    Attributes:
        file: Where it was read from.
        value: What it holds.
    """

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        try:
            self.value: Any = json.loads(text)
        except json.JSONDecodeError as exc:
            raise TemplateError(
                file, f"Not valid JSON: {exc.msg} (column {exc.colno}).", line=exc.lineno
            ) from exc
        scan = _Scan(file, text)
        scan.value(0, "")
        self._lines = scan.lines

    @classmethod
    def read(cls, file: Path) -> JsonText:
        """Read and parse a file.

        Raises:
            TemplateError: It cannot be read, is no JSON, or repeats a key within an object.
        """
        try:
            return cls(file, file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as exc:
            raise TemplateError(file, f"Cannot be read: {exc}.") from exc

    def line(self, path: str) -> int | None:
        """The line, from 1, of the value (for an object's field, of its key) at a path.

        Args:
            path: As ``tasks[0].notebook_task.notebook_path``; what lies below a known path
                stands where that one does.
        """
        while path not in self._lines and path:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self._lines.get(path)


class _Scan:
    """Walks a text known to be valid JSON and notes the line of each value."""

    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._text = text
        self.lines: dict[str, int] = {}

    def value(self, at: int, path: str) -> int:
        """Walk the value that begins at or after an offset; returns the offset behind it."""
        at = self._skip(at)
        self.lines.setdefault(path, self._line(at))
        match self._text[at]:
            case "{":
                return self._object(at + 1, path)
            case "[":
                return self._array(at + 1, path)
            case '"':
                return int(scanstring(self._text, at + 1)[1])
        atom = _ATOM.match(self._text, at)
        return atom.end() if atom else at + 1

    def _object(self, at: int, path: str) -> int:
        seen = set()
        while self._text[at := self._skip(at)] != "}":
            if self._text[at] == ",":
                at = self._skip(at + 1)
            line = self._line(at)
            key, at = scanstring(self._text, at + 1)
            if key in seen:
                raise TemplateError(self._file, f"The key {key!r} stands twice.", line=line)
            seen.add(key)
            inner = f"{path}.{key}" if path else key
            self.lines[inner] = line
            at = self.value(self._skip(at) + 1, inner)
        return at + 1

    def _array(self, at: int, path: str) -> int:
        index = 0
        while self._text[at := self._skip(at)] != "]":
            if self._text[at] == ",":
                at += 1
            at = self.value(at, f"{path}[{index}]")
            index += 1
        return at + 1

    def _skip(self, at: int) -> int:
        space = _SPACE.match(self._text, at)
        return space.end() if space else at

    def _line(self, at: int) -> int:
        return self._text.count("\n", 0, at) + 1
