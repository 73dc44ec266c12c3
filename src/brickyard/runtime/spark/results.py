"""Results that the client makes itself, as Arrow tables with Databricks' columns."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

EMPTY = pa.table({})


def strings(columns: tuple[str, ...], rows: Iterable[tuple[str | None, ...]]) -> pa.Table:
    """A table of strings."""
    found = list(rows)
    return pa.table(
        {
            column: pa.array([row[index] for row in found], pa.string())
            for index, column in enumerate(columns)
        }
    )


def write_counts() -> pa.Table:
    """What a ``CREATE TABLE AS`` answers on Databricks: two columns and no row."""
    return pa.table(
        {
            "num_affected_rows": pa.array([], pa.int64()),
            "num_inserted_rows": pa.array([], pa.int64()),
        }
    )
