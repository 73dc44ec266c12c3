"""The head of a data frame as a table of JSON values."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from typing import Any

from brickyard.runtime.display.values import fields_of, plain, text, type_name
from brickyard.runtime.errors import NotLocalError
from brickyard.runtime.protocol import TABLE_MIME, Table

# docs: notebook limits. A table shows at most 10,000 rows or 2 MB, whichever is less.
ROW_LIMIT = 10_000
BYTE_LIMIT = 2 * 1024 * 1024


def table_of(value: Any) -> Table | None:
    """The table of a value that is one; None for all others.

    Libraries are known by their modules' names: none is imported for this.
    """
    module, name = type(value).__module__, type(value).__name__
    if module.startswith("pyspark.pandas") and hasattr(value, "to_spark"):
        return spark_table(value.to_spark())
    if module.startswith("pyspark.sql") and hasattr(value, "toPandas"):
        return spark_table(value)
    if module.startswith("pandas.") and name in ("DataFrame", "Series"):
        return pandas_table(value if name == "DataFrame" else value.to_frame())
    if module.startswith("geopandas.") and name == "GeoDataFrame":
        return pandas_table(value)
    if module.startswith("polars.") and name in ("DataFrame", "LazyFrame", "Series"):
        return polars_table(value)
    if module.startswith("pyarrow.") and name in ("Table", "RecordBatch"):
        return arrow_table(value)
    return records_table(value)


def spark_table(frame: Any) -> Table:
    """The head of a Spark data frame; one row more is fetched to know whether it was cut.

    Raises:
        NotLocalError: It is a stream.
    """
    if _is_stream(frame):
        raise NotLocalError(
            "display of a streaming DataFrame (write the stream with availableNow, and display "
            "what it has written)"
        )
    fields = frame.schema.fields
    rows = frame.limit(ROW_LIMIT + 1).collect()
    return build_table([f.name for f in fields], [f.dataType.simpleString() for f in fields], rows)


def pandas_table(frame: Any) -> Table:
    """The head of a pandas data frame; its index is not shown, as on the platform."""
    head = frame.iloc[: ROW_LIMIT + 1]
    rows = head.itertuples(index=False, name=None)
    return build_table([text(c) for c in frame.columns], [str(t) for t in frame.dtypes], rows)


def polars_table(frame: Any) -> Table:
    """The head of a polars data frame, lazy frame or series."""
    if type(frame).__name__ == "Series":
        frame = frame.to_frame()
    head = frame.head(ROW_LIMIT + 1)
    if type(frame).__name__ == "LazyFrame":
        head = head.collect()
    names = zip(head.columns, head.dtypes, strict=True)
    columns, types = zip(*names, strict=True) if head.columns else ((), ())
    return build_table(list(columns), [str(t) for t in types], head.iter_rows())


def arrow_table(table: Any) -> Table:
    """The head of an Arrow table or record batch."""
    head = table.slice(0, ROW_LIMIT + 1)
    columns = [column.to_pylist() for column in head.columns]  # by place: names may repeat
    rows = zip(*columns, strict=True)
    return build_table(list(head.schema.names), [str(t) for t in head.schema.types], rows)


def records_table(value: Any) -> Table | None:
    """The table of a list of Rows, named tuples, dicts or dataclasses."""
    if not isinstance(value, list | tuple) or not value or fields_of(value) is not None:
        return None
    records = [fields_of(item) for item in value[: ROW_LIMIT + 1]]
    found = [record for record in records if record is not None]
    if len(found) < len(records) or any(fields_of(item) is None for item in value[ROW_LIMIT + 1 :]):
        return None
    columns = list(dict.fromkeys(name for record in found for name in record))
    types = [_common_type(record.get(name) for record in found) for name in columns]
    return build_table(columns, types, ([r.get(name) for name in columns] for r in found))


def table_data(table: Table) -> dict[str, Any]:
    """A table with a plain-text fallback."""
    shown = len(table["rows"])
    more = "+" if table["truncated"] else ""
    return {
        TABLE_MIME: table,
        "text/plain": f"{shown}{more} rows x {len(table['columns'])} columns",
    }


def build_table(columns: Sequence[str], types: Sequence[str], rows: Iterable[Any]) -> Table:
    """A table of the first rows, as many as the platform shows.

    Args:
        columns: Names; they may repeat.
        types: Their types, as their library names them.
        rows: Values, as many as there are columns.
    """
    kept: list[list[Any]] = []
    size = 0
    truncated = False
    iterator = iter(rows)
    for row in itertools.islice(iterator, ROW_LIMIT):
        values = [plain(value) for value in row]
        size += _size(values)
        if size > BYTE_LIMIT:
            truncated = True
            if not kept:
                kept.append([_note_if_large(value) for value in values])
            break
        kept.append(values)
    truncated = truncated or next(iterator, None) is not None
    return {"columns": list(columns), "types": list(types), "rows": kept, "truncated": truncated}


def _size(value: Any) -> int:
    return len(json.dumps(value, default=str))


def _note_if_large(value: Any) -> Any:
    """What stands for a value of the first row that leaves no room for others.

    It is not cut: that could spare half a secret, which would not be recognised then.
    """
    size = _size(value)
    return value if size < 10_000 else f"(a value of {size:,} bytes, which is not shown)"


def _common_type(values: Iterable[Any]) -> str:
    found = {type_name(value) for value in values if value is not None}
    if not found:
        return "void"
    return found.pop() if len(found) == 1 else "string"


def _is_stream(frame: Any) -> bool:
    return bool(getattr(frame, "isStreaming", False))
