"""The end of what a cell printed: text as a terminal left it, and the colours in it.

Only the end is kept, so that a cell that prints for hours costs a page no more than another.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from markupsafe import Markup, escape

MAX_LINES = 2_000
MAX_CHARACTERS = 400_000
MAX_LINE = 10_000

_ESCAPE = re.compile(r"\x1b\[([0-9;]*)m|[\x00-\x08\x0b-\x1f\x7f]")
_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_FLAGS = {1: "bold", 2: "faint", 3: "italic", 4: "underline", 9: "struck"}
_CLEARED = {22: ("bold", "faint"), 23: ("italic",), 24: ("underline",), 29: ("struck",)}


class Screen:
    """The end of what a cell printed, both streams in one."""

    def __init__(self) -> None:
        self.dropped = 0  # lines that are not kept any more
        self._lines: deque[tuple[str, str]] = deque()
        self._characters = 0
        # By stream: the line that has not ended, and the text that may still be written over, with
        # the sequence number of its row.
        self._begun: dict[str, str] = {}
        self._open: dict[str, tuple[int, str]] = {}

    def write(self, stream: str, text: str) -> None:
        """Take text that stays.

        Args:
            stream: ``stdout`` or ``stderr``; each has its own unfinished line, so that a progress
                bar on one does not eat what is printed on the other.
            text: The text, cut anywhere.
        """
        lines = (self._begun.get(stream, "") + text).split("\n")
        self._begun[stream] = _clip(lines.pop())
        for line in lines:
            self._keep(stream, _clip(line))

    def write_open(self, stream: str, text: str, sequence: int) -> None:
        """Take text that may be written over."""
        self._open[stream] = (sequence, text)

    def rewrite(self, stream: str, text: str, sequence: int, *, is_open: bool) -> bool:
        """Put text in the place of what may be written over.

        Returns:
            Whether that was found here.
        """
        if self._open.get(stream, (0, ""))[0] != sequence:
            return False
        del self._open[stream]
        if is_open:
            self.write_open(stream, text, sequence)
        else:
            self.write(stream, text)
        return True

    def runs(self) -> list[tuple[str, str]]:
        """The text from top to bottom, as pieces of one stream each."""
        rows = list(self._lines)
        for name in dict.fromkeys([*self._begun, *self._open]):
            text = self._begun.get(name, "") + self._open.get(name, (0, ""))[1]
            if text:
                rows.append((name, text))
        pieces: list[tuple[str, list[str]]] = []
        for name, text in rows:
            if not pieces or pieces[-1][0] != name:
                pieces.append((name, []))
            pieces[-1][1].append(text)
        return [(name, "\n".join(lines)) for name, lines in pieces]

    def coloured(self) -> list[tuple[str, Markup]]:
        """As :meth:`runs`, in HTML with its colours."""
        return [(name, coloured(text)) for name, text in self.runs()]

    def _keep(self, stream: str, line: str) -> None:
        self._lines.append((stream, line))
        self._characters += len(line)
        while len(self._lines) > MAX_LINES or self._characters > MAX_CHARACTERS:
            self._characters -= len(self._lines.popleft()[1])
            self.dropped += 1


def coloured(text: str) -> Markup:
    """Text as HTML in which colours (ECMA-48, SGR) are classes; other controls are dropped."""
    if "\x1b" not in text and not _ESCAPE.search(text):
        return escape(text)
    return Markup("").join(_spans(text))


def uncoloured(text: str) -> str:
    """Text without colours."""
    return _ESCAPE.sub("", text) if "\x1b" in text else text


def _spans(text: str) -> Iterator[Markup]:
    style: set[str] = set()
    position = 0
    for match in [*_ESCAPE.finditer(text), None]:
        end = len(text) if match is None else match.start()
        if end > position:
            part = text[position:end]
            if style:
                yield Markup('<span class="{}">{}</span>').format(" ".join(sorted(style)), part)
            else:
                yield escape(part)
        if match is not None:
            position = match.end()
            if match[1] is not None:
                _apply(style, match[1])


def _apply(style: set[str], arguments: str) -> None:
    """Change a style as a sequence's arguments say; palettes are not told apart."""
    codes = [int(code) if code and len(code) < 4 else 0 for code in arguments.split(";")]
    while codes:
        code = codes.pop(0)
        if code == 0:
            style.clear()
        elif code in _FLAGS:
            style.add(f"ansi-{_FLAGS[code]}")
        elif code in _CLEARED:
            style.difference_update(f"ansi-{flag}" for flag in _CLEARED[code])
        elif code in (38, 48):
            del codes[: 2 if codes[:1] == [5] else 4]
        else:
            _paint(style, code)


def _paint(style: set[str], code: int) -> None:
    """Set the colour of the text (30 to 39, 90 to 97) or behind it (40 to 49, 100 to 107)."""
    kind = "fg" if code // 10 in (3, 9) else "bg" if code // 10 in (4, 10) else ""
    if kind:
        style.difference_update([name for name in style if name.startswith(f"ansi-{kind}-")])
        if code % 10 < len(_COLOURS):
            style.add(f"ansi-{kind}-{_COLOURS[code % 10]}")


def _clip(line: str) -> str:
    return line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…"
