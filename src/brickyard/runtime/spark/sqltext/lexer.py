"""Spark SQL's tokens, as far as finding names, strings and keywords needs them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    QUOTED = "quoted"  # `a name`
    STRING = "string"
    NUMBER = "number"
    SYMBOL = "symbol"


@dataclass(frozen=True, slots=True)
class Token:
    """One token.

    Attributes:
        kind: What it is.
        text: As written, quotes included.
        start: Offset of its first character.
        end: Offset after its last character.
    """

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        """The text in upper case when it is a bare word, else an empty string."""
        return self.text.upper() if self.kind is Kind.WORD else ""

    @property
    def value(self) -> str:
        """A name or a string without its quotes."""
        if self.kind is Kind.QUOTED:
            return self.text[1:-1].replace("``", "`")
        if self.kind is Kind.STRING:
            return _unescape(self.text)
        return self.text


_TOKEN = re.compile(
    r"""
      (?P<skip>\s+|--[^\n]*|/\*.*?\*/)
    | (?P<string>[rR]?(?:'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"))
    | (?P<quoted>`(?:[^`]|``)*`)
    | (?P<number>(?:\d+\.\d+|\.\d+|\d+\.(?!\w)|\d+)(?:[eE][+-]?\d+)?[A-Za-z]{0,2}(?!\w))
    | (?P<word>\w+)
    | (?P<symbol>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = {kind.value: kind for kind in Kind}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}


def _unescape(text: str) -> str:
    raw = text[0] in "rR"
    body = text[2:-1] if raw else text[1:-1]
    if raw:
        return body
    quote = text[0]
    body = body.replace(quote * 2, quote)
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m.group(1), m.group(1)), body, flags=re.DOTALL)


def tokenize(sql: str) -> list[Token]:
    """Split SQL text into tokens; white space and comments are dropped.

    Args:
        sql: Any text; an unclosed quote becomes a symbol, for the engine to complain about.

    Returns:
        The tokens in order.
    """
    return list(_scan(sql))


def _scan(sql: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(sql):
        group = match.lastgroup
        if group is None or group == "skip":
            continue
        yield Token(_KINDS[group], match.group(), match.start(), match.end())


def quote_string(text: str) -> str:
    """A SQL string literal for any text."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def quote_name(part: str) -> str:
    """One part of a name, in backticks."""
    return "`" + part.replace("`", "``") + "`"
