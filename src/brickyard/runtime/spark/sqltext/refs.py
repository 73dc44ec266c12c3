"""Where a statement names tables, and the rewriting of those names."""

from __future__ import annotations

from collections.abc import Callable

from brickyard.runtime.spark.sqltext.cursor import Cursor, Name
from brickyard.runtime.spark.sqltext.lexer import Kind, Token, quote_string

Replace = Callable[[tuple[str, ...]], str | None]

_BEFORE_TABLE = frozenset({"FROM", "JOIN", "INTO", "UPDATE", "TABLE", "OVERWRITE", "VIEW"})
# Words that may stand between one of those and the name.
_BETWEEN = frozenset({"IF", "NOT", "EXISTS", "TABLE", "ONLY"})
_NOT_A_TABLE = frozenset(
    {"SELECT", "VALUES", "LATERAL", "WITH", "DIRECTORY", "LOCAL", "SET", "STREAM", "UNNEST"}
)
_ENDS_FROM = frozenset(
    {"WHERE", "GROUP", "HAVING", "ORDER", "SORT", "CLUSTER", "DISTRIBUTE", "LIMIT", "OFFSET"}
    | {"WINDOW", "UNION", "EXCEPT", "INTERSECT", "MINUS", "SELECT", "SET", "ON", "WHEN"}
)


class _References:
    """One pass over a statement, noting the names in table position."""

    def __init__(self, sql: str) -> None:
        self.cursor = Cursor(sql)
        self.found: list[Name] = []
        self.ctes = _cte_names(sql)
        self.is_merge = any(t.upper == "MERGE" for t in self.cursor.tokens[:1])
        # Per open parenthesis: whether a comma here separates tables of a FROM clause.
        self.in_from = [False]

    def run(self) -> list[Name]:
        while not self.cursor.done:
            self._step()
        return self.found

    def _step(self) -> None:
        token = self.cursor.take()
        if token is None:
            return
        if token.text == "(":
            self.in_from.append(False)
        elif token.text == ")":
            if len(self.in_from) > 1:
                self.in_from.pop()
        elif token.text == "," and self.in_from[-1]:
            self._table()
        elif token.upper in _BEFORE_TABLE or (token.upper == "USING" and self.is_merge):
            if token.upper in ("FROM", "JOIN", "USING"):
                self.in_from[-1] = True
            self._table()
        elif token.upper in _ENDS_FROM and token.upper != "ON":
            self.in_from[-1] = False

    def _table(self) -> None:
        while self.cursor.accept_any(*_BETWEEN):
            pass
        token = self.cursor.peek()
        if token is None or token.upper in _NOT_A_TABLE:
            return
        before = self.cursor.at
        name = self.cursor.name()
        if name is None:
            return
        after = self.cursor.peek()
        is_clause = self.cursor.sql[name.end - 1] == ")"
        if after is not None and after.text == "(" and not is_clause and not self._is_columns():
            self.cursor.at = before + 1  # A table-valued function; its arguments still count.
            return
        if len(name.parts) == 1 and name.parts[0].lower() in self.ctes:
            return
        self.found.append(name)

    def _is_columns(self) -> bool:
        """Whether the parenthesis after a name holds columns: ``INSERT INTO t (a)``, DDL."""
        first = self.cursor.tokens[0]
        return first.upper in ("INSERT", "CREATE", "REPLACE")


def _cte_names(sql: str) -> frozenset[str]:
    """Names that a WITH clause defines, lower case."""
    cursor = Cursor(sql)
    if not any(token.upper == "WITH" for token in cursor.tokens):
        return frozenset()
    names: set[str] = set()
    while not cursor.done:
        token = cursor.take()
        if token is None or not (token.upper in ("WITH", "RECURSIVE") or token.text == ","):
            continue
        before = cursor.at
        candidate = cursor.take()
        if candidate is None or candidate.kind not in (Kind.WORD, Kind.QUOTED):
            cursor.at = before
            continue
        cursor.skip_parens()
        if cursor.accept("AS", "("):
            names.add(candidate.value.lower())
        cursor.at = before
    return frozenset(names)


def table_names(sql: str) -> list[Name]:
    """The names in table position, in order; names of common table expressions are left out."""
    return _References(sql).run()


def replace_tables(sql: str, replace: Replace) -> str:
    """Rewrite the names in table position.

    Args:
        sql: A statement.
        replace: Given a name's parts, returns SQL to put in its place, or None to keep it.

    Returns:
        The statement with every other character unchanged.
    """
    edits: list[tuple[int, int, str]] = []
    for name in table_names(sql):
        new = replace(name.parts)
        if new is not None:
            edits.append((name.start, name.end, new))
    return splice(sql, edits)


def splice(sql: str, edits: list[tuple[int, int, str]]) -> str:
    """Put texts in place of spans, which must not overlap."""
    for start, end, new in sorted(edits, reverse=True):
        sql = sql[:start] + new + sql[end:]
    return sql


def replace_locations(sql: str, replace: Callable[[str], str]) -> str:
    """Rewrite the strings after ``LOCATION`` and those of an option called ``path``."""
    cursor = Cursor(sql)
    has_options = any(token.upper == "OPTIONS" for token in cursor.tokens)
    edits: list[tuple[int, int, str]] = []
    before: Token | None = None
    for token in cursor.tokens:
        if token.text == "=":
            continue  # ``path = '…'`` and ``path '…'`` are the same.
        if token.kind is Kind.STRING and before is not None:
            is_path = has_options and before.value.lower() == "path"
            if before.upper == "LOCATION" or is_path:
                edits.append((token.start, token.end, quote_string(replace(token.value))))
        before = token
    return splice(sql, edits)


def version_suffixes(sql: str) -> str:
    """``t@v3`` as ``t VERSION AS OF 3``."""
    if "@v" not in sql:
        return sql
    tokens = Cursor(sql).tokens
    edits: list[tuple[int, int, str]] = []
    for before, at, version in zip(tokens, tokens[1:], tokens[2:], strict=False):
        joined = before.end == at.start and at.end == version.start and at.text == "@"
        if joined and version.upper[:1] == "V" and version.text[1:].isdigit():
            edits.append((at.start, version.end, f" VERSION AS OF {version.text[1:]}"))
    return splice(sql, edits)
