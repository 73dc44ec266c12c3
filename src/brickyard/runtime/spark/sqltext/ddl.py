"""Parsing the statements that create tables, views and schemas."""

from __future__ import annotations

from dataclasses import dataclass, field

from brickyard.runtime.spark.sqltext.cursor import Cursor, Name
from brickyard.runtime.spark.sqltext.lexer import Kind

# A table's properties under which its keys are kept.
KEY_PROPERTY = "brickyard.constraint."


@dataclass
class CreateTable:
    """``CREATE [OR REPLACE] TABLE`` and ``REPLACE TABLE``.

    Attributes:
        name: The table's name.
        replace: OR REPLACE.
        if_not_exists: IF NOT EXISTS.
        columns: The column list as written, parentheses included; empty without one.
        provider: The format after USING, lower case; empty without one.
        options: OPTIONS.
        partitions: The columns of PARTITIONED BY, when they are plain names.
        location: LOCATION; None without one.
        comment: COMMENT.
        properties: TBLPROPERTIES.
        query: What follows AS; None without one.
        keys: PRIMARY KEY and FOREIGN KEY by their constraints' names, as written.
        edits: What of the text the engine does not know: spans, and what belongs in their place.
    """

    name: Name
    replace: bool = False
    if_not_exists: bool = False
    columns: str = ""
    provider: str = ""
    options: dict[str, str] = field(default_factory=dict)
    partitions: list[str] = field(default_factory=list)
    location: str | None = None
    comment: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    query: str | None = None
    keys: dict[str, str] = field(default_factory=dict)
    edits: list[tuple[int, int, str]] = field(default_factory=list)


@dataclass
class CreateView:
    """``CREATE [OR REPLACE] [GLOBAL] [TEMPORARY] VIEW``.

    Attributes:
        name: The view's name.
        temporary: TEMPORARY.
        global_temporary: GLOBAL TEMPORARY.
        replace: OR REPLACE.
        if_not_exists: IF NOT EXISTS.
        columns: The column list as written, parentheses included; empty without one.
        comment: COMMENT.
        query: What follows AS; empty for ``CREATE TEMPORARY VIEW … USING``.
    """

    name: Name
    temporary: bool = False
    global_temporary: bool = False
    replace: bool = False
    if_not_exists: bool = False
    columns: str = ""
    comment: str = ""
    query: str = ""


@dataclass
class CreateSchema:
    """``CREATE SCHEMA`` and ``CREATE DATABASE``.

    Attributes:
        name: The schema's name.
        if_not_exists: IF NOT EXISTS.
        location: LOCATION or MANAGED LOCATION; None without one.
    """

    name: Name
    if_not_exists: bool = False
    location: str | None = None


def parse_create_table(sql: str) -> CreateTable | None:
    """Parse a statement; None when it is not one that creates a table."""
    cursor = Cursor(sql)
    created = cursor.accept("CREATE")
    replace = cursor.accept("OR", "REPLACE") if created else cursor.accept("REPLACE")
    if not created and not replace:
        return None
    cursor.accept("EXTERNAL")
    if not cursor.accept("TABLE"):
        return None
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    name = cursor.name()
    if name is None:
        return None
    statement = CreateTable(name, replace=replace, if_not_exists=if_not_exists)
    written = group(cursor)
    statement.columns, statement.keys = _without_keys(written)
    if statement.keys:
        end = cursor.tokens[cursor.at - 1].end
        statement.edits.append((end - len(written), end, statement.columns))
    _clauses(cursor, statement)
    return statement


def _without_keys(columns: str) -> tuple[str, dict[str, str]]:
    """A column list without its keys, which are told and not enforced; and the keys by name."""
    keys: dict[str, str] = {}
    kept: list[str] = []
    for part in split_list(columns[1:-1]):
        cursor = Cursor(part)
        name = cursor.name() if cursor.accept("CONSTRAINT") else None
        first = cursor.peek()
        if first is not None and cursor.accept_any("PRIMARY", "FOREIGN") and cursor.accept("KEY"):
            label = name.parts[-1] if name is not None else f"{first.upper.lower()}_key"
            keys[label] = part[first.start :]
        else:
            kept.append(_without_key(part, keys))
    return f"({', '.join(kept)})" if columns else "", keys


def _without_key(column: str, keys: dict[str, str]) -> str:
    """A column without ``[CONSTRAINT name] PRIMARY KEY``."""
    cursor = Cursor(column)
    first = cursor.peek()
    start = None
    while (token := cursor.peek()) is not None:
        if token.upper == "CONSTRAINT":
            start = token.start
        elif cursor.accept("PRIMARY", "KEY"):
            keys["primary_key"] = f"PRIMARY KEY ({first.text if first is not None else ''})"
            begin = token.start if start is None else start
            return f"{column[:begin]} {column[cursor.tokens[cursor.at - 1].end :]}".strip()
        cursor.take()
    return column


def _clauses(cursor: Cursor, into: CreateTable) -> None:
    while (token := cursor.peek()) is not None:
        cursor.take()
        word = token.upper
        if word == "AS" or word in ("SELECT", "WITH", "VALUES"):
            start = token.end if word == "AS" else token.start
            into.query = cursor.sql[start : cursor.tokens[-1].end].strip()
            return
        if word == "USING":
            format_token = cursor.take()
            into.provider = format_token.value.lower() if format_token else ""
        elif word == "LOCATION":
            into.location = cursor.string()
        elif word == "COMMENT":
            into.comment = cursor.string() or ""
        elif word in ("OPTIONS", "TBLPROPERTIES"):
            (into.options if word == "OPTIONS" else into.properties).update(pairs(cursor))
        elif word == "CLUSTER" and cursor.accept("BY"):
            # How rows lie together only matters to speed.
            if not cursor.skip_parens():
                cursor.take()
            into.edits.append((token.start, cursor.tokens[cursor.at - 1].end, ""))
        elif word == "PARTITIONED" and cursor.accept("BY"):
            into.partitions = _names(cursor)


def group(cursor: Cursor) -> str:
    """A parenthesised group as written, or an empty string."""
    opening = cursor.peek()
    if opening is None or not cursor.skip_parens():
        return ""
    return cursor.sql[opening.start : cursor.tokens[cursor.at - 1].end]


def pairs(cursor: Cursor) -> dict[str, str]:
    """``('key' = 'value', key 'value')``."""
    inner = Cursor(group(cursor)[1:-1])
    found: dict[str, str] = {}
    while not inner.done:
        key = ""
        while (token := inner.peek()) is not None and token.text in ("=", ",", "."):
            inner.take()
        while (token := inner.take()) is not None:
            key += token.value
            following = inner.peek()
            if following is None or following.text != ".":
                break
            inner.take()
            key += "."
        inner.accept("=")
        value = inner.take()
        if key and value is not None:
            found[key] = value.value
    return found


def _names(cursor: Cursor) -> list[str]:
    """``(a, b)``, or what stands first in ``(a INT, b STRING)``."""
    inner = Cursor(group(cursor)[1:-1])
    found: list[str] = []
    expect, depth = True, 0
    while (token := inner.take()) is not None:
        if token.text in "()":
            depth += 1 if token.text == "(" else -1
        elif token.text == "," and depth == 0:
            expect = True
        elif expect and token.kind in (Kind.WORD, Kind.QUOTED):
            found.append(token.value)
            expect = False
    return found


def split_list(text: str) -> list[str]:
    """The parts of a comma-separated list; commas within parentheses or ``<>`` do not count."""
    found: list[str] = []
    start, depth = 0, 0
    for token in Cursor(text).tokens:
        if token.text in ("(", "<"):
            depth += 1
        elif token.text in (")", ">"):
            depth -= 1
        elif token.text == "," and depth == 0:
            found.append(text[start : token.start].strip())
            start = token.end
    return [part for part in [*found, text[start:].strip()] if part]


def parse_create_view(sql: str) -> CreateView | None:
    """Parse a statement; None when it is not one that creates a view."""
    cursor = Cursor(sql)
    if not cursor.accept("CREATE"):
        return None
    replace = cursor.accept("OR", "REPLACE")
    is_global = cursor.accept("GLOBAL")
    temporary = cursor.accept_any("TEMP", "TEMPORARY") is not None
    if not cursor.accept("VIEW"):
        return None
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    name = cursor.name()
    if name is None:
        return None
    view = CreateView(name, temporary, is_global, replace, if_not_exists, group(cursor))
    while (token := cursor.take()) is not None:
        if token.upper == "COMMENT":
            view.comment = cursor.string() or ""
        elif token.upper == "AS":
            view.query = cursor.sql[token.end : cursor.tokens[-1].end].strip()
            break
    return view


def parse_create_schema(sql: str) -> CreateSchema | None:
    """Parse a statement; None when it is not one that creates a schema."""
    cursor = Cursor(sql)
    if not cursor.accept("CREATE") or not cursor.accept_any("SCHEMA", "DATABASE", "NAMESPACE"):
        return None
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    name = cursor.name()
    if name is None:
        return None
    schema = CreateSchema(name, if_not_exists)
    while (token := cursor.take()) is not None:
        if token.upper == "LOCATION":
            schema.location = cursor.string()
    return schema
