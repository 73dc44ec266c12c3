from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from collections import namedtuple
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import Row

from brickyard.runtime.display.tables import (
    BYTE_LIMIT,
    ROW_LIMIT,
    build_table,
    pandas_table,
    spark_table,
    table_data,
    table_of,
)
from brickyard.runtime.display.values import plain
from brickyard.runtime.errors import NotLocalError
from brickyard.runtime.protocol import Table

DAY = dt.date(2013, 1, 2)
Point = namedtuple("Point", ["x", "y"])


def table(value: Any) -> Table:
    found = table_of(value)
    assert found is not None
    json.dumps(found, default=repr)
    return found


def test_a_pandas_frame_is_a_table_of_json_values() -> None:
    frame = pd.DataFrame(
        {
            "n": [1, 2],
            "x": [0.5, math.nan],
            "when": pd.to_datetime(["2013-01-01", "NaT"]),
            "what": [np.int64(3), [1, {"a": None}]],
            "category": pd.Categorical(["a", None]),
            "nullable": pd.array([1, None], dtype="Int64"),
        },
        index=["first", "second"],
    )

    found = table(frame)

    assert found["columns"] == ["n", "x", "when", "what", "category", "nullable"]
    assert found["types"][:4] == ["int64", "float64", "datetime64[ns]", "object"]
    assert found["rows"] == [
        [1, 0.5, "2013-01-01 00:00:00", 3, "a", 1],
        [2, "NaN", None, [1, {"a": None}], "NaN", None],
    ]
    assert found["truncated"] is False


def test_columns_may_repeat_and_have_several_levels() -> None:
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])
    levels = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")]))
    arrow = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])

    assert (table(twice)["columns"], table(twice)["rows"]) == (["a", "a"], [[1, 2]])
    assert table(levels)["columns"] == ["('a', 'x')", "('a', 'y')"]
    assert (table(arrow)["columns"], table(arrow)["rows"]) == (["a", "a"], [[1, 2]])


def test_a_series_is_a_table_of_one_column() -> None:
    assert table(pd.Series([1, 2], name="n"))["columns"] == ["n"]
    assert table(pl.Series("n", [1, 2]))["rows"] == [[1], [2]]


def test_polars_frames() -> None:
    frame = pl.DataFrame(
        {"n": [1, None], "when": [DAY, None], "list": [[1, 2], []], "s": [{"a": 1}, {"a": None}]}
    )
    rows = [[1, "2013-01-02", [1, 2], {"a": 1}], [None, None, [], {"a": None}]]

    for value in (frame, frame.lazy()):
        assert table(value)["rows"] == rows
        assert table(value)["types"] == ["Int64", "Date", "List(Int64)", "Struct({'a': Int64})"]
    assert table(pl.DataFrame())["columns"] == []


def test_a_lazy_frame_is_worked_out_as_far_as_it_is_shown() -> None:
    found = table(pl.LazyFrame({"n": range(ROW_LIMIT + 5)}))
    assert (len(found["rows"]), found["truncated"]) == (ROW_LIMIT, True)


def test_arrow_tables_and_batches() -> None:
    whole = pa.table({"n": [1, 2], "b": [b"\xff", None], "d": [Decimal("1.50"), None]})
    for value in (whole, whole.to_batches()[0]):
        found = table(value)
        assert found["rows"] == [[1, b"\xff", "1.50"], [2, None, None]]
        assert found["types"] == ["int64", "binary", "decimal128(3, 2)"]


def test_records_of_all_kinds_are_tables() -> None:
    @dataclasses.dataclass
    class Item:
        x: int
        y: str

    for records in ([Row(x=1, y="a")], [Point(1, "a")], [{"x": 1, "y": "a"}], [Item(1, "a")]):
        found = table(records)
        assert (found["columns"], found["rows"]) == (["x", "y"], [[1, "a"]])
        assert found["types"] == ["bigint", "string"]


def test_records_that_differ_have_the_fields_of_all() -> None:
    found = table([{"a": 1, "b": None}, {"b": None, "c": "x", "a": 0.5}])
    assert found["columns"] == ["a", "b", "c"]
    assert found["types"] == ["string", "void", "string"]
    assert found["rows"] == [[1, None, None], [0.5, None, "x"]]


@pytest.mark.parametrize(
    "value",
    [[], (), [1, 2], [(1, 2)], Row(x=1), Point(1, 2), {"a": 1}, "text", None, [{"a": 1}, 2], 7],
)
def test_what_is_no_table(value: Any) -> None:
    assert table_of(value) is None


def test_values_that_json_does_not_have() -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError

    loop: list[Any] = []
    loop.append(loop)
    values = {
        1.5: 1.5,
        "inf": math.inf,
        "neg": -math.inf,
        "nan": np.float32("nan"),
        "numpy": np.array([[1, 2]]),
        "date": DAY,
        "time": dt.timedelta(days=1, seconds=2),
        "decimal": Decimal("1.10"),
        "bytes": bytearray(b"a"),
        "row": Row(x=Point(1, {2: "z"})),
        "set": {1},
        "broken": Broken(),
        "bool": np.bool_(True),
    }

    assert plain(values) == {
        "1.5": 1.5,
        "inf": "Infinity",
        "neg": "-Infinity",
        "nan": "NaN",
        "numpy": [[1, 2]],
        "date": "2013-01-02",
        "time": "1 day, 0:00:02",
        "decimal": "1.10",
        "bytes": b"a",
        "row": {"x": {"x": 1, "y": {"2": "z"}}},
        "set": [1],
        "broken": "<Broken: its __str__ raised RuntimeError>",
        "bool": True,
    }
    assert json.dumps(plain(loop)).startswith("[[[")


def test_a_table_is_cut_after_the_platforms_number_of_rows() -> None:
    exact = pandas_table(pd.DataFrame({"n": range(ROW_LIMIT)}))
    over = pandas_table(pd.DataFrame({"n": range(ROW_LIMIT + 1)}))

    assert (len(exact["rows"]), exact["truncated"]) == (ROW_LIMIT, False)
    assert (len(over["rows"]), over["truncated"]) == (ROW_LIMIT, True)
    assert table_data(over)["text/plain"] == "10000+ rows x 1 columns"
    assert len(table([{"n": 1}] * (ROW_LIMIT + 1))["rows"]) == ROW_LIMIT


def test_a_table_is_cut_after_the_platforms_number_of_bytes() -> None:
    found = pandas_table(pd.DataFrame({"text": ["x" * (BYTE_LIMIT // 4)] * 5}))

    assert (len(found["rows"]), found["truncated"]) == (3, True)


def test_a_value_that_leaves_no_room_is_named_and_not_cut() -> None:
    found = pandas_table(pd.DataFrame({"n": [7, 8], "text": ["secret" * BYTE_LIMIT, "x"]}))

    assert found["rows"] == [[7, "(a value of 12,582,914 bytes, which is not shown)"]]
    assert found["truncated"] is True


def test_a_stream_is_refused_with_what_to_do() -> None:
    frame = type("DataFrame", (), {"__module__": "pyspark.sql.connect.dataframe"})()
    frame.isStreaming = True
    with pytest.raises(NotLocalError, match="display of a streaming DataFrame"):
        spark_table(frame)


NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.lists(NESTED, min_size=2, max_size=2), max_size=5))
def test_any_values_make_a_table_that_json_can_carry(rows: list[list[Any]]) -> None:
    found = build_table(["a", "b"], ["x", "y"], rows)

    assert len(found["rows"]) == len(rows)
    json.loads(json.dumps(found, default=repr, allow_nan=False))
