"""From the bytes of both streams to text that may be stored: redacted, and as a terminal shows it.

A run's process works with it, and the workspace where the process has died.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from brickyard.runtime.events.outlets import STREAMS, Record
from brickyard.runtime.events.terminal import Terminal, plain
from brickyard.runtime.protocol import Piece
from brickyard.runtime.redaction import Redactor


class Printer:
    """Turns bytes into pieces of text.

    Args:
        redactor: Hides secrets.
        shown: The unfinished text of each stream that has been sent already.
    """

    def __init__(self, redactor: Redactor, shown: dict[str, str] | None = None) -> None:
        self._redactor = redactor
        self._shown = dict(shown or {})
        self._terminals = {name: Terminal(self._shown.get(name, "")) for name in STREAMS}

    def feed(self, records: Iterable[Record]) -> tuple[list[Piece], dict[str, bytes]]:
        """Take bytes.

        Returns:
            What has become text; and by stream the bytes at the end that could yet become a secret
            or are half a character, to be given again before those that follow.
        """
        pieces: list[Piece] = []
        held = dict.fromkeys(STREAMS, b"")
        for name, data in records:
            ready, held[name] = self._redactor.split(held[name] + data)
            cut = _whole_characters(ready)
            ready, held[name] = ready[:cut], ready[cut:] + held[name]
            pieces += self._type(name, ready)
        return pieces, {name: data for name, data in held.items() if data}

    def finish(self, held: dict[str, bytes]) -> Iterator[Piece]:
        """Give everything away: the bytes that were held back, and unfinished lines."""
        for name in STREAMS:
            yield from self._type(name, held.get(name, b""))
            yield from self._close(name)

    def settle(self) -> Iterator[Piece]:
        """Finish the lines that stand before something else: all but progress bars."""
        for name, terminal in self._terminals.items():
            if not terminal.is_animated:
                yield from self._close(name)

    def _type(self, name: str, data: bytes) -> Iterator[Piece]:
        if not data:
            return
        terminal = self._terminals[name]
        terminal.feed(self._redactor.text(data.decode("utf-8", "replace")))
        yield from self._piece(name, terminal.take(), terminal.open)

    def _close(self, name: str) -> Iterator[Piece]:
        yield from self._piece(name, self._terminals[name].close(), "")

    def _piece(self, name: str, text: str, unfinished: str) -> Iterator[Piece]:
        if text or unfinished != self._shown.get(name, ""):
            self._shown[name] = unfinished
            yield {"name": name, "text": self._hide(text), "open": self._hide(unfinished)}

    def _hide(self, text: str) -> str:
        """Once more: a secret may have come together by what a terminal does."""
        text = self._redactor.text(text)
        bare = plain(text)
        hidden = self._redactor.text(bare)
        return text if hidden == bare else hidden


def _whole_characters(data: bytes) -> int:
    """Length without a character at the end of which bytes are missing."""
    for back in range(1, min(4, len(data) + 1)):
        byte = data[-back]
        if byte & 0xC0 == 0x80:  # goes on with a character
            continue
        needed = 2 if byte >> 5 == 0b110 else 3 if byte >> 4 == 0b1110 else 4
        begins = byte >= 0xC0 and byte < 0xF8
        return len(data) - back if begins and back < needed else len(data)
    return len(data)
