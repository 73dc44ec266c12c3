"""``percentile_approx``, which in the engine interpolates between values; in Spark it never does.

It is worked out exactly, as the value of rank ``ceil(p * n)``: within any error that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyspark.sql.connect.proto as pb2

from brickyard.runtime.spark.sqltext.cursor import Cursor
from brickyard.runtime.spark.sqltext.ddl import group, split_list
from brickyard.runtime.spark.sqltext.refs import splice

_NAMES = ("PERCENTILE_APPROX", "APPROX_PERCENTILE")
_MARKS = tuple(name.lower().encode() for name in _NAMES)


def exact_text(sql: str) -> str:
    """SQL in which the function is spelt out."""
    if not any(name in sql.upper() for name in _NAMES):
        return sql
    cursor = Cursor(sql)
    edits: list[tuple[int, int, str]] = []
    while (token := cursor.take()) is not None:
        following = cursor.peek()
        if token.upper not in _NAMES or following is None or following.text != "(":
            continue
        start = token.start
        values = split_list(group(cursor)[1:-1])
        end = cursor.tokens[cursor.at - 1].end
        after = cursor.peek()
        if len(values) < 2 or (after is not None and after.upper in ("FILTER", "OVER")):
            continue
        edits.append((start, end, _spelt(exact_text(values[0]), values[1])))
    return splice(sql, edits)


def _spelt(value: str, percentage: str) -> str:
    many = Cursor(percentage)
    if many.accept("ARRAY") and (inner := group(many)):
        parts = (_spelt(value, part) for part in split_list(inner[1:-1]))
        return f"array({', '.join(parts)})"
    rank = f"CAST(greatest(ceil(CAST({percentage} AS DOUBLE) * count({value})) - 1, 0) AS INT)"
    return f"get(array_sort(collect_list({value})), {rank})"


def exact_plan(plan: Any) -> None:
    """Spell the function out in a plan's expressions, in place."""
    text = plan.SerializeToString()
    if not any(mark in text for mark in _MARKS):
        return
    for expression, is_column in _expressions(plan):
        kind = expression.WhichOneof("expr_type")
        if kind == "expression_string":
            inner = expression.expression_string
            inner.expression = exact_text(inner.expression)
        elif kind == "unresolved_function":
            function = expression.unresolved_function
            if function.function_name.upper() in _NAMES and len(function.arguments) >= 2:
                _replace(expression, is_column=is_column)


def _expressions(message: Any) -> Iterator[tuple[Any, bool]]:
    """Every expression in a message, the inner before the outer, and whether it is a column."""
    found: list[tuple[Any, bool]] = []
    stack = [(message, False)]
    while stack:
        current, inner = stack.pop()
        name = current.DESCRIPTOR.full_name
        if name == "spark.connect.Expression":
            found.append((current, not inner))
        inner = name.startswith("spark.connect.Expression") or (
            inner and name != "spark.connect.Relation"
        )
        for field, value in current.ListFields():
            if field.message_type is None or field.message_type.GetOptions().map_entry:
                continue
            stack.extend((part, inner) for part in (value if field.is_repeated else (value,)))
    yield from reversed(found)


def _replace(expression: Any, *, is_column: bool) -> None:
    value, percentage = expression.unresolved_function.arguments[:2]
    points = _points(percentage)
    if points is None:
        return  # Not literal: the engine says what it makes of it.
    found = [_at(value, point) for point in points]
    is_list = percentage.WhichOneof("expr_type") != "literal" or percentage.literal.HasField(
        "array"
    )
    result = _call("array", *found) if is_list else found[0]
    attribute = value.unresolved_attribute.unparsed_identifier
    if is_column and attribute:
        name = expression.unresolved_function.function_name
        shown = f"array({', '.join(map(str, points))})" if is_list else str(points[0])
        named = pb2.Expression()
        named.alias.expr.CopyFrom(result)
        named.alias.name.append(f"{name}({attribute}, {shown}, 10000)")
        result = named
    expression.CopyFrom(result)


def _points(percentage: Any) -> list[float] | None:
    kind = percentage.WhichOneof("expr_type")
    if kind == "literal":
        literal = percentage.literal
        if literal.HasField("array"):
            return [item.double for item in literal.array.elements]
        return [literal.double]
    if kind == "unresolved_function" and percentage.unresolved_function.function_name == "array":
        arguments = percentage.unresolved_function.arguments
        if all(item.WhichOneof("expr_type") == "literal" for item in arguments):
            return [item.literal.double for item in arguments]
    return None


def _at(value: Any, point: float) -> Any:
    rank = _call("*", _double(point), _call("count", value))
    index = pb2.Expression()
    place = _call("-", _call("ceil", rank), _long(1))
    index.cast.expr.CopyFrom(_call("greatest", place, _long(0)))
    index.cast.type_str = "int"
    return _call("get", _call("array_sort", _call("collect_list", value)), index)


def _call(name: str, *arguments: Any) -> Any:
    made = pb2.Expression()
    made.unresolved_function.function_name = name
    made.unresolved_function.arguments.extend(arguments)
    return made


def _double(value: float) -> Any:
    return pb2.Expression(literal=pb2.Expression.Literal(double=value))


def _long(value: int) -> Any:
    return pb2.Expression(literal=pb2.Expression.Literal(long=value))
