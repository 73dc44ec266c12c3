"""Statistics that the engine lacks, worked out on the client from the column's values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pyspark.sql.connect.proto as pb2

from brickyard.runtime.spark.session import Session


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
