"""Statistics that the engine lacks, worked out on the client from the column's values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pyspark.sql.connect.proto as pb2
from pyspark.sql.connect.types import proto_schema_to_pyspark_data_type
from pyspark.sql.types import IntegralType, StructType

from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.lexer import quote_name


def approx_quantile(session: Session, call: Any) -> pa.Table:
    """``df.approxQuantile``, exactly: an error of zero is within any that was asked for.

    As in Spark, the quantile at p is the value of rank ``ceil(p * n)`` among the n values that are
    neither null nor NaN, and a column without values has no quantiles.

    Args:
        session: The session.
        call: A ``pb2.StatApproxQuantile`` whose names have been rewritten.

    Returns:
        One row with one list of quantiles per column.
    """
    wanted = pb2.Relation()
    wanted.project.input.CopyFrom(call.input)
    for column in call.cols:
        cast = wanted.project.expressions.add().cast
        cast.expr.unresolved_attribute.unparsed_identifier = column
        cast.type_str = "double"
    table = session.back.table(wanted)
    rows = [
        _quantiles(table.column(index).to_numpy(), list(call.probabilities))
        for index in range(len(call.cols))
    ]
    return pa.table({"quantiles": pa.array([rows], pa.list_(pa.list_(pa.float64())))})


def _quantiles(values: np.ndarray[Any, np.dtype[np.float64]], at: list[float]) -> list[float]:
    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        return []
    ranks = [max(math.ceil(p * len(known)) - 1, 0) for p in at]
    return [float(known[rank]) for rank in ranks]


_DESCRIBED = ("count", "mean", "stddev", "min", "max")
_SUMMARIZED = ("count", "mean", "stddev", "min", "25%", "50%", "75%", "max")


def describe(session: Session, call: Any) -> pa.Table:
    """``df.describe``: the engine's numbers in Spark's order.

    Args:
        session: The session.
        call: A ``pb2.StatDescribe`` whose names have been rewritten.
    """
    return _ordered(session.back.table(pb2.Relation(describe=call)), _DESCRIBED)


def summary(session: Session, call: Any) -> pa.Table:
    """``df.summary``: as ``describe``, with percentiles that are values of the column.

    The engine interpolates its quartiles, and leaves every other percentile out.

    Args:
        session: The session.
        call: A ``pb2.StatSummary`` whose names have been rewritten.
    """
    wanted = list(call.statistics) or list(_SUMMARIZED)
    others = [name for name in wanted if not name.endswith("%")]
    plain = pb2.StatSummary(input=call.input, statistics=others or ["count"])
    table = session.back.table(pb2.Relation(summary=plain))
    points = [name for name in wanted if name.endswith("%")]
    columns = {"summary": [*table.column(0).to_pylist(), *points]}
    for name in table.column_names[1:]:
        columns[name] = table.column(name).to_pylist() + _percentiles(session, call, name, points)
    made = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return _ordered(made, tuple(wanted))


def _percentiles(session: Session, call: Any, column: str, points: list[str]) -> list[str | None]:
    if not points:
        return []
    ask = pb2.StatApproxQuantile(input=call.input, cols=[quote_name(column)])
    ask.probabilities.extend(float(point[:-1]) / 100 for point in points)
    cast = pb2.Relation()
    cast.project.input.CopyFrom(call.input)
    expression = cast.project.expressions.add().expression_string
    expression.expression = f"try_cast({quote_name(column)} AS DOUBLE) AS {quote_name(column)}"
    ask.input.CopyFrom(cast)
    found = approx_quantile(session, ask).column(0).to_pylist()[0][0]
    if not found:
        return [None] * len(points)
    kinds = proto_schema_to_pyspark_data_type(session.back.schema(call.input))
    whole = isinstance(kinds, StructType) and isinstance(kinds[column].dataType, IntegralType)
    return [str(int(value)) if whole else str(value) for value in found]


def _ordered(table: pa.Table, order: tuple[str, ...]) -> pa.Table:
    rows = table.column(0).to_pylist()
    return table.take([rows.index(name) for name in order if name in rows])


def freq_items(session: Session, call: Any) -> pa.Table:
    """``df.freqItems``, exactly: the values in more than the given share of the rows.

    Args:
        session: The session.
        call: A ``pb2.StatFreqItems`` whose names have been rewritten.

    Returns:
        One row with one list per column.
    """
    support = call.support if call.HasField("support") else 0.01
    found: dict[str, Any] = {}
    for column in call.cols:
        wanted = pb2.Relation()
        wanted.project.input.CopyFrom(call.input)
        attribute = wanted.project.expressions.add().unresolved_attribute
        attribute.unparsed_identifier = quote_name(column)
        values = session.back.table(wanted).column(0)
        counts = values.value_counts()
        kept = [item["values"] for item in counts if item["counts"].as_py() > support * len(values)]
        items = [item.as_py() for item in kept]
        found[f"{column}_freqItems"] = pa.array([items], pa.list_(values.type))
    return pa.table(found)
