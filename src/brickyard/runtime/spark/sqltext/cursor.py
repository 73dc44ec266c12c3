"""A reader over tokens: keywords, names and strings, one after another."""

from __future__ import annotations

from dataclasses import dataclass

from brickyard.runtime.spark.sqltext.lexer import Kind, Token, tokenize


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written in SQL.

    Attributes:
        parts: Its parts without quotes, outermost first.
        start: Offset of its first character in the text.
        end: Offset after its last character.
    """

    parts: tuple[str, ...]
    start: int
    end: int


class Cursor:
    """Walks over a statement's tokens.

    Args:
        sql: The statement; a closing semicolon is dropped.
    """

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens = tokenize(sql)
        while self.tokens and self.tokens[-1].text == ";":
            self.tokens.pop()
        self.at = 0

    @property
    def done(self) -> bool:
        """Whether every token has been read."""
        return self.at >= len(self.tokens)

    def peek(self, ahead: int = 0) -> Token | None:
        """The token ``ahead`` places further on, or None past the end."""
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else None

    def take(self) -> Token | None:
        """Read one token."""
        token = self.peek()
        if token is not None:
            self.at += 1
        return token

    def accept(self, *words: str) -> bool:
        """Read the given keywords when all of them come next; else read nothing."""
        for ahead, word in enumerate(words):
            token = self.peek(ahead)
            if token is None or (token.upper or token.text) != word:
                return False
        self.at += len(words)
        return True

    def accept_any(self, *words: str) -> str | None:
        """Read the next keyword when it is one of these, and return it."""
        token = self.peek()
        if token is not None and token.upper in words:
            self.at += 1
            return token.upper
        return None

    def name(self) -> Name | None:
        """Read a name of one or more parts, or an ``IDENTIFIER('…')`` clause."""
        first = self.peek()
        if first is None or first.kind not in (Kind.WORD, Kind.QUOTED):
            return None
        if first.upper == "IDENTIFIER":
            clause = self._identifier_clause()
            if clause is not None:
                return clause
        parts = [first.value]
        end = first.end
        self.at += 1
        while True:
            dot, following = self.peek(), self.peek(1)
            if dot is None or dot.text != "." or following is None:
                break
            if following.kind not in (Kind.WORD, Kind.QUOTED):
                break
            parts.append(following.value)
            end = following.end
            self.at += 2
        return Name(tuple(parts), first.start, end)

    def _identifier_clause(self) -> Name | None:
        first, opening, text, closing = (self.peek(ahead) for ahead in range(4))
        if not (first and opening and text and closing):
            return None
        if opening.text != "(" or text.kind is not Kind.STRING or closing.text != ")":
            return None
        parts = split_name(text.value)
        if not parts:
            return None
        self.at += 4
        return Name(parts, first.start, closing.end)

    def string(self) -> str | None:
        """Read a string literal and return its value."""
        token = self.peek()
        if token is None or token.kind is not Kind.STRING:
            return None
        self.at += 1
        return token.value

    def skip_parens(self) -> bool:
        """Read a parenthesised group when one comes next."""
        token = self.peek()
        if token is None or token.text != "(":
            return False
        depth = 0
        while (token := self.take()) is not None:
            if token.text == "(":
                depth += 1
            elif token.text == ")":
                depth -= 1
                if depth == 0:
                    return True
        return True


def split_name(text: str) -> tuple[str, ...]:
    """The parts of a name such as ``main.ml.`my table```; empty when it is not a name."""
    cursor = Cursor(text)
    name = cursor.name()
    return name.parts if name is not None and cursor.done else ()
