"""Conditions and values as SQL: given as text, or as columns of the DataFrame API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pyspark.sql import Column, SparkSession
from pyspark.sql.connect.expressions import LiteralExpression

from brickyard.runtime.spark.errors import LocalSparkError
from brickyard.runtime.spark.sqltext.lexer import quote_string

Expression = str | Column
_INFIX = frozenset(
    {"and", "or", "==", "=", "!=", "<=>", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "like"}
    | {"ilike", "rlike", "&", "|", "^"}
)
_SAME = {"==": "=", "and": "AND", "or": "OR", "like": "LIKE", "ilike": "ILIKE", "rlike": "RLIKE"}


def sql_of(spark: SparkSession, expression: object) -> str:
    """An expression as SQL.

    Args:
        spark: The session.
        expression: SQL text, a column, or a plain value, which becomes a literal.

    Raises:
        LocalSparkError: A column that has no form in SQL here.
    """
    if isinstance(expression, str):
        return expression
    if isinstance(expression, Column):
        client: Any = getattr(spark, "_client")  # noqa: B009 - Spark Connect's, untyped
        return _sql(vars(expression)["_expr"].to_plan(client))
    return _literal(expression)


def assignments(spark: SparkSession, values: Mapping[str, Any]) -> dict[str, str]:
    """Columns and what they are to be, as SQL."""
    return {key: sql_of(spark, value) for key, value in values.items()}


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, float):
        return f"CAST({value!r} AS DOUBLE)" if value == value else "CAST('NaN' AS DOUBLE)"
    if isinstance(value, str):
        return quote_string(value)
    if isinstance(value, datetime.datetime):
        return f"TIMESTAMP{quote_string(value.isoformat(sep=' '))}"
    if isinstance(value, datetime.date):
        return f"DATE{quote_string(value.isoformat())}"
    raise LocalSparkError(f"{value!r} is no value for a Delta table here.", "Write it as SQL.")


def _sql(expression: Any) -> str:
    kind = expression.WhichOneof("expr_type")
    if kind == "unresolved_attribute":
        return str(expression.unresolved_attribute.unparsed_identifier)
    if kind == "expression_string":
        return f"({expression.expression_string.expression})"
    if kind == "literal":
        return _literal(LiteralExpression._to_value(expression.literal))
    if kind == "alias":
        return _sql(expression.alias.expr)
    if kind == "cast":
        return f"CAST({_sql(expression.cast.expr)} AS {_type(expression.cast)})"
    if kind == "unresolved_function":
        return _function(expression.unresolved_function)
    raise LocalSparkError(
        f"A column of the kind {kind} cannot be used in a change of a Delta table here.",
        "Write it as SQL text.",
    )


def _type(cast: Any) -> str:
    from pyspark.sql.connect.types import proto_schema_to_pyspark_data_type

    return str(cast.type_str) or proto_schema_to_pyspark_data_type(cast.type).simpleString()


def _function(function: Any) -> str:
    name = function.function_name
    arguments = [_sql(argument) for argument in function.arguments]
    if name in _INFIX and len(arguments) == 2:
        return f"({arguments[0]} {_SAME.get(name, name)} {arguments[1]})"
    if name == "not":
        return f"(NOT {arguments[0]})"
    if name == "in":
        return f"({arguments[0]} IN ({', '.join(arguments[1:])}))"
    if name == "when":
        pairs = zip(arguments[::2], arguments[1::2], strict=False)
        cases = " ".join(f"WHEN {condition} THEN {value}" for condition, value in pairs)
        other = f" ELSE {arguments[-1]}" if len(arguments) % 2 else ""
        return f"CASE {cases}{other} END"
    return f"{name}({', '.join(arguments)})"
