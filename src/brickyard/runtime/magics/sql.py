"""``%sql``: statements one after another, with the values of widgets put in.

``:name`` stands for a value, as a literal (DBR 15.2 on); ``${name}``, ``$name`` and
``getArgument("name")`` are the older ways: the first two put in bare text, wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from brickyard.errors import did_you_mean
from brickyard.runtime.dbutils.widgets import Widgets
from brickyard.runtime.display import spark_table, table_data
from brickyard.runtime.errors import MagicError
from brickyard.runtime.magics.sql_widgets import run_widget_statement
from brickyard.runtime.spark.sqltext.lexer import Kind, Token, quote_name, quote_string, tokenize

_BRACED = re.compile(r"\$\{(?P<name>[^{}\s]+)\}")
_COMMANDS = ("ALTER", "CREATE", "DROP")
# What ends a word: a colon right after it begins a parameter.
_OPENING = tuple("(,=<>+-*/%|[")
_BARE = re.compile(r"\$(?P<name>[A-Za-z_]\w*)")


def run_sql(text: str, spark: Any, widgets: Widgets, show: Callable[[dict[str, Any]], None]) -> Any:
    """Run a cell's statements; the last one's result is shown.

    Args:
        text: The statements, with semicolons between them.
        spark: The session.
        widgets: The notebook's.
        show: Takes the table.

    Returns:
        The last result, as a data frame; None for a cell without a statement.

    Raises:
        MagicError: A parameter has no value.
    """
    frame: Any = None
    statement = ""
    for statement in split_statements(text):
        # One by one: a statement may SET, or make the widget, that the next one puts in.
        filled = fill_in(statement, widgets.values, spark.conf.get)
        frame = None if run_widget_statement(filled, widgets, spark) else spark.sql(filled)
    if frame is None:
        return None
    # Where the platform has no result, the engine may have an empty column of this name.
    silent = frame.columns == ["value"] and tokenize(statement)[0].upper in _COMMANDS
    if frame.columns and not silent:
        show(table_data(spark_table(frame)))
    return frame


def split_statements(text: str) -> list[str]:
    """SQL text cut at semicolons outside of strings and comments.

    Returns:
        The statements that hold more than blanks and comments.
    """
    statements: list[str] = []
    start, empty = 0, True
    for token in tokenize(text):
        if token.text != ";":
            empty = False
            continue
        if not empty:
            statements.append(text[start : token.start].strip())
        start, empty = token.end, True
    if not empty:
        statements.append(text[start:].strip())
    return statements


def fill_in(
    statement: str, widgets: Mapping[str, str], setting: Callable[[str, None], str | None]
) -> str:
    """A statement with the values of widgets and settings.

    Args:
        statement: One statement.
        widgets: Values of widgets by name.
        setting: Looks a setting of the session up, for ``${spark.some.key}``.

    Raises:
        MagicError: ``:name`` or ``getArgument`` names no widget.
    """
    text = _BRACED.sub(lambda match: _text_of(match, widgets, setting), statement)
    text = _BARE.sub(lambda match: widgets.get(match["name"], match[0]), text)
    text = _replaced(text, lambda tokens, index: _parameter(tokens, index, widgets))
    return _replaced(text, _identifier)


def _replaced(text: str, find: Callable[[list[Token], int], tuple[int, str]]) -> str:
    """A text with some of its tokens replaced.

    Args:
        text: SQL.
        find: Says of an index how many tokens from there on to replace, and by what.
    """
    tokens = tokenize(text)
    pieces, position, index = [], 0, 0
    while index < len(tokens):
        used, new = find(tokens, index)
        if used:
            pieces += [text[position : tokens[index].start], new]
            position = tokens[index + used - 1].end
        index += used or 1
    return "".join([*pieces, text[position:]])


def _text_of(
    match: re.Match[str], widgets: Mapping[str, str], setting: Callable[[str, None], str | None]
) -> str:
    name = match["name"]
    value = widgets[name] if name in widgets else setting(name, None)
    return match[0] if value is None else value


def _parameter(tokens: list[Token], index: int, widgets: Mapping[str, str]) -> tuple[int, str]:
    """``:name`` and ``getArgument("name")``, as literals."""
    here = tokens[index]
    after = tokens[index + 1 : index + 4]
    if here.text == ":" and after and after[0].kind is Kind.WORD and after[0].start == here.end:
        # ``a::int`` casts, and ``a:b`` takes a field out of JSON.
        before = tokens[index - 1] if index else None
        if before is None or before.end < here.start or before.text in _OPENING:
            return 2, _literal(after[0].text, widgets)
    if here.upper == "GETARGUMENT" and len(after) == 3:
        opening, name, closing = after
        if opening.text == "(" and name.kind is Kind.STRING and closing.text == ")":
            return 4, _literal(name.value, widgets)
    return 0, ""


def _identifier(tokens: list[Token], index: int) -> tuple[int, str]:
    """``IDENTIFIER('a.' || 'b')`` as the name itself: the engine has it in queries only."""
    if tokens[index].upper != "IDENTIFIER" or tokens[index + 1 : index + 2] == []:
        return 0, ""
    if tokens[index + 1].text != "(":
        return 0, ""
    name, position = "", index + 2
    while position + 1 < len(tokens) and tokens[position].kind is Kind.STRING:
        name += tokens[position].value
        if tokens[position + 1].text == ")":
            parts = name.split(".")
            whole = "`" in name or not all(parts)
            shown = name if whole else ".".join(map(quote_name, parts))
            return position + 2 - index, shown
        if [token.text for token in tokens[position + 1 : position + 3]] != ["|", "|"]:
            return 0, ""
        position += 3
    return 0, ""


def _literal(name: str, widgets: Mapping[str, str]) -> str:
    if name not in widgets:
        raise MagicError(
            f"[UNBOUND_SQL_PARAMETER] Found the unbound parameter: {name}. There is no widget "
            "of that name.",
            did_you_mean(name, widgets) or "Make one with dbutils.widgets.text.",
        )
    return quote_string(widgets[name])
