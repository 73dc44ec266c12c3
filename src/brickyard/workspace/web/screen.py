"""Printed text as a terminal would leave it: progress bars overwritten, colours taken out.

Only the end is kept, so that a cell that prints for hours costs a page no more than another.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable

MAX_LINES = 2_000
MAX_CHARACTERS = 400_000
MAX_LINE = 10_000

# ECMA-48: control sequences, operating-system commands, two-character escapes; other controls but
# the tab are dropped.
_TOKEN = re.compile(
    r"\x1b\[(?P<arguments>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[ -~]"
    r"|[\x00-\x08\x0a-\x1f\x7f]"
)
_SPECIAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]{0,200})?\Z")


class _Line:
    """The line of one stream that has not ended yet."""

    def __init__(self) -> None:
        self.text = ""
        self._cursor = 0
        self._held = ""  # an escape sequence that the next piece of text completes

    def feed(self, text: str) -> list[str]:
        """Take text; returns the lines that it ended."""
        if not self._held and not _SPECIAL.search(text):
            return self._feed_plain(text)
        text = self._held + text
        unfinished = _UNFINISHED.search(text)
        self._held = unfinished[0] if unfinished else ""
        if unfinished:
            text = text[: unfinished.start()]
        return self._feed_controls(text)

    def _feed_plain(self, text: str) -> list[str]:
        first, *others = text.split("\n")
        self._put(first)
        if not others:
            return []
        done = [self._end(), *(_clip(line) for line in others[:-1])]
        self._put(others[-1])
        return done

    def _feed_controls(self, text: str) -> list[str]:
        done = []
        position = 0
        for token in _TOKEN.finditer(text):
            self._put(text[position : token.start()])
            position = token.end()
            if token[0] == "\n":
                done.append(self._end())
            else:
                self._control(token)
        self._put(text[position:])
        return done

    def _control(self, token: re.Match[str]) -> None:
        if token[0] == "\r":
            self._cursor = 0
        elif token[0] == "\b":
            self._cursor = max(0, self._cursor - 1)
        elif token["final"] == "K":  # erase: from the cursor, or the whole line
            self.text = "" if token["arguments"] == "2" else self.text[: self._cursor]

    def _put(self, text: str) -> None:
        if not text:
            return
        padded = self.text.ljust(min(self._cursor, MAX_LINE))
        end = self._cursor + len(text)
        self.text = _clip(padded[: self._cursor] + text + padded[end:])
        self._cursor = end

    def _end(self) -> str:
        text, self.text, self._cursor = self.text, "", 0
        return text


def _clip(line: str) -> str:
    return line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…"


class Screen:
    """The end of what a cell printed, both streams in one."""

    def __init__(self) -> None:
        self.dropped = 0  # lines that are not kept any more
        self._lines: deque[tuple[str, str]] = deque()
        self._characters = 0
        self._open: dict[str, _Line] = {}

    def write(self, stream: str, text: str) -> None:
        """Take text.

        Args:
            stream: ``stdout`` or ``stderr``; each has its own unfinished line, so that a progress
                bar on one does not eat what is printed on the other.
            text: The text, cut anywhere.
        """
        self._keep(stream, self._open.setdefault(stream, _Line()).feed(text))

    def runs(self) -> list[tuple[str, str]]:
        """The text from top to bottom, as pieces of one stream each."""
        unfinished = [(name, line.text) for name, line in self._open.items() if line.text]
        rows = [*self._lines, *unfinished]
        pieces: list[tuple[str, list[str]]] = []
        for name, text in rows:
            if not pieces or pieces[-1][0] != name:
                pieces.append((name, []))
            pieces[-1][1].append(text)
        return [(name, "\n".join(lines)) for name, lines in pieces]

    def _keep(self, stream: str, lines: Iterable[str]) -> None:
        for line in lines:
            self._lines.append((stream, line))
            self._characters += len(line)
            while len(self._lines) > MAX_LINES or self._characters > MAX_CHARACTERS:
                self._characters -= len(self._lines.popleft()[1])
                self.dropped += 1
