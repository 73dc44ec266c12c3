"""``CREATE WIDGET`` and ``REMOVE WIDGET``: how SQL cells make widgets (docs: notebook widgets)."""

from __future__ import annotations

from typing import Any

from brickyard.errors import did_you_mean
from brickyard.runtime.dbutils.widgets import Widgets
from brickyard.runtime.errors import MagicError
from brickyard.runtime.spark.sqltext.cursor import Cursor
from brickyard.runtime.spark.sqltext.lexer import Kind

_KINDS = ("TEXT", "DROPDOWN", "COMBOBOX", "MULTISELECT")
_FORM = 'CREATE WIDGET DROPDOWN name DEFAULT "value" CHOICES SELECT …'


def run_widget_statement(statement: str, widgets: Widgets, spark: Any) -> bool:
    """Carry a statement out when it is about widgets.

    Args:
        statement: One statement, parameters filled in.
        widgets: The notebook's.
        spark: The session, for ``CHOICES SELECT …``.

    Returns:
        Whether it was one.

    Raises:
        MagicError: It is one, and malformed.
        InputWidgetNotDefined: ``REMOVE WIDGET`` names none.
    """
    cursor = Cursor(statement)
    if cursor.accept("REMOVE", "WIDGET"):
        widgets.remove(_name(cursor))
        _expect_end(cursor)
        return True
    if cursor.accept("CREATE", "WIDGET"):
        _create(cursor, widgets, spark)
        return True
    return False


def _create(cursor: Cursor, widgets: Widgets, spark: Any) -> None:
    token = cursor.take()
    kind = token.upper if token is not None else ""
    if kind not in _KINDS:
        raise MagicError(
            f"CREATE WIDGET {token.text if token else ''}: the kind must be one of "
            f"{', '.join(_KINDS)}.",
            did_you_mean(kind, _KINDS) or f"Write: {_FORM}",
        )
    name = _name(cursor)
    if not cursor.accept("DEFAULT"):
        raise MagicError(f"CREATE WIDGET {kind} {name}: DEFAULT is missing.", f"Write: {_FORM}")
    token = cursor.take()
    if token is None or token.kind not in (Kind.STRING, Kind.NUMBER):
        raise MagicError(f"CREATE WIDGET {kind} {name}: DEFAULT needs a value in quotes.")
    default = token.value
    if kind == "TEXT":
        _expect_end(cursor)
        widgets.text(name, default)
        return
    query = cursor.peek()
    if not cursor.accept("CHOICES") or (query := cursor.peek()) is None:
        raise MagicError(
            f"CREATE WIDGET {kind} {name}: CHOICES and a query are missing.", f"Write: {_FORM}"
        )
    rows = spark.sql(cursor.sql[query.start :]).collect()
    choices = [str(row[0]) for row in rows]
    {"DROPDOWN": widgets.dropdown, "COMBOBOX": widgets.combobox}.get(kind, widgets.multiselect)(
        name, default, choices
    )


def _name(cursor: Cursor) -> str:
    token = cursor.take()
    if token is None or token.kind is Kind.SYMBOL:
        raise MagicError("The statement names no widget.", f"Write: {_FORM}")
    return token.value


def _expect_end(cursor: Cursor) -> None:
    token = cursor.peek()
    if token is not None:
        raise MagicError(f"{token.text!r} is not expected at the end of {cursor.sql!r}.")
