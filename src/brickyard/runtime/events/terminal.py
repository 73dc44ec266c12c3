"""What a terminal would show of a text: a progress bar is stored once, however often it moves.

Lines that have ended are given away for good. The end, which later text may still change, is given
again and again, whole. Of escape sequences (ECMA-48) only colours are kept.
"""

from __future__ import annotations

import re

# Rows above the cursor that a nested progress bar may come back to.
_REACH = 16
# So many lines after the cursor last went up it is taken not to do so again; and so many after a
# progress bar ended there may yet be another below it, from which the cursor will come back.
_CALM = 64
_PAUSE = 3
# An unfinished line that is longer is given away in pieces.
_LONG = 4096
_LONGEST = 65_536

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CONTROL = re.compile(r"\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]")
_TOKEN = re.compile(
    r"(?P<colour>\x1b\[[0-9;]*m)"
    r"|\x1b\[(?P<arguments>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[ -/]+[0-~]|\x1b[0-Z\\^-~]"
    r"|[\x00-\x08\x0a-\x1f\x7f]"
)
_UNFINISHED = re.compile(r"\x1b(?:[ -/]+|\[[0-?]*[ -/]*|\][^\x07\x1b]{0,200}\x1b?)?\Z|\r\Z")


def plain(text: str) -> str:
    """A text without its colours."""
    return _COLOUR.sub("", text) if "\x1b" in text else text


class _Row:
    """A line and the cursor in it: what was written last, over what had been there before."""

    def __init__(self, text: str = "") -> None:
        self._over = text
        self._width = len(plain(text))
        self._under = ""
        self._erased = False

    @property
    def text(self) -> str:
        """The line with its colours."""
        rest = self._under[self._width :]
        if not rest:
            return self._over.rstrip(" ") if self._erased else self._over
        return f"{self._over}\x1b[0m{rest}" if "\x1b" in self._over else self._over + rest

    @property
    def column(self) -> int:
        """Where the cursor is."""
        return self._width

    @property
    def at_end(self) -> bool:
        """Whether text would be appended."""
        return len(self._under) <= self._width

    def put(self, text: str) -> None:
        """Write at the cursor."""
        self._over += text
        self._width += len(text)
        if self._width > _LONGEST:
            self._over = plain(self._over)[:_LONGEST]
            self._width = _LONGEST

    def colour(self, sequence: str) -> None:
        """Change the colour of what follows."""
        self._over += sequence

    def move(self, column: int) -> None:
        """Set the cursor."""
        column = max(0, min(column, _LONGEST))
        if column != self._width:
            whole = plain(self.text)
            self._under = whole
            self._over = whole[:column].ljust(column)
            self._width = column

    def erase(self, how: str) -> None:
        """From the cursor to the end; ``1``: to the cursor; ``2``: all."""
        if how in ("1", "2"):
            self._over = " " * self._width
            self._erased = True
        if how != "1":
            self._under = ""


class Terminal:
    """The end of a stream's text.

    Args:
        text: What is there already.
    """

    def __init__(self, text: str = "") -> None:
        self._done: list[str] = []
        self._held = ""  # an escape sequence that the next piece of text completes
        self._rows = [_Row(line) for line in text.split("\n")]
        self._row = len(self._rows) - 1
        # Lines for which rows above the cursor are not finished yet: it has gone up before.
        self._restless = 0
        self._complex = False
        self._animated = False

    @property
    def is_animated(self) -> bool:
        """Whether the cursor's line has been written over, as a progress bar's is."""
        return self._animated and bool(self._rows[self._row].text)

    @property
    def open(self) -> str:
        """The text that may still change."""
        return "\n".join(row.text for row in self._rows)

    def feed(self, text: str) -> None:
        """Take text, cut anywhere."""
        text = (self._held + text).replace("\r\n", "\n")
        self._held = ""
        if self._complex or _CONTROL.search(text):
            self._feed_controls(text)
        else:
            self._feed_plain(text)

    def take(self) -> str:
        """What has been finished since the last call."""
        text = "".join(self._done)
        self._done.clear()
        return text

    def close(self) -> str:
        """The rest, finished as it is."""
        text = self.take() + self.open
        self.__init__()  # type: ignore[misc]
        return text

    def _feed_plain(self, text: str) -> None:
        line, newline, rest = text.rpartition("\n")
        if newline:
            self._done.append(f"{self.open}{line}\n")
            self._rows = [_Row(rest)]
            self._animated = False
        else:
            self._rows = [_Row(self.open + rest)]
        self._give_away_long()

    def _feed_controls(self, text: str) -> None:
        unfinished = _UNFINISHED.search(text)
        if unfinished:
            self._held = unfinished[0]
            text = text[: unfinished.start()]
        position = 0
        for token in _TOKEN.finditer(text):
            if token.start() > position:
                self._rows[self._row].put(text[position : token.start()])
            position = token.end()
            self._control(token)
        if position < len(text):
            self._rows[self._row].put(text[position:])
        self._finish_rows()

    def _control(self, token: re.Match[str]) -> None:
        row = self._rows[self._row]
        if token["colour"]:
            row.colour(token[0])
        elif token[0] == "\n":
            if self._animated:
                self._restless = max(self._restless, _PAUSE)
            self._go_down(1, 0)
        elif token[0] == "\r":
            self._animated = True
            row.move(0)
        elif token[0] == "\b":
            row.move(row.column - 1)
        elif token["final"]:
            self._sequence(token["final"], token["arguments"])

    def _sequence(self, final: str, arguments: str) -> None:
        row = self._rows[self._row]
        count = int(arguments) if arguments.isdecimal() and len(arguments) < 6 else 1
        if final == "K":
            row.erase(arguments)
        elif final == "J":
            row.erase(arguments)
            del self._rows[self._row + 1 :]
        elif final in "AF":
            self._restless = _CALM
            self._row = max(0, self._row - count)
            self._rows[self._row].move(0 if final == "F" else row.column)
        elif final in "BE":
            self._go_down(min(count, _REACH), 0 if final == "E" else row.column)
        elif final in "CDG":
            self._rows[self._row].move(
                {"C": row.column + count, "D": row.column - count, "G": count - 1}[final]
            )

    def _go_down(self, count: int, column: int) -> None:
        for _ in range(count):
            self._row += 1
            if self._row == len(self._rows):
                self._rows.append(_Row())
                self._restless = max(0, self._restless - 1)
        self._rows[self._row].move(column)

    def _finish_rows(self) -> None:
        finished = max(0, self._row - (_REACH if self._restless else 0))
        self._done += [f"{row.text}\n" for row in self._rows[:finished]]
        del self._rows[:finished]
        self._row -= finished
        if finished:
            self._animated = False
        # A last line that is only appended to needs no more care than any other.
        self._complex = len(self._rows) > 1 or not self._rows[0].at_end
        self._complex = self._complex or self._animated or self._restless > 0
        self._give_away_long()

    def _give_away_long(self) -> None:
        last = self._rows[-1]
        if len(self._rows) == 1 and last.at_end and last.column > _LONG:
            self._done.append(last.text)
            self._rows = [_Row()]
            self._row = 0
