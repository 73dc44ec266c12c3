from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from brickyard.runtime.display import (
    BYTE_LIMIT,
    ROW_LIMIT,
    display_data,
    last_expression_data,
    pandas_table,
)
from brickyard.runtime.protocol import TABLE_MIME


def test_a_pandas_frame_is_a_table_of_json_values() -> None:
    frame = pd.DataFrame(
        {
            "n": [1, 2],
            "x": [0.5, math.nan],
            "when": pd.to_datetime(["2013-01-01", "NaT"]),
            "what": [np.int64(3), [1, 2]],
        }
    )

    table = display_data(frame, None)[TABLE_MIME]

    assert table["columns"] == ["n", "x", "when", "what"]
    assert table["types"] == ["int64", "float64", "datetime64[ns]", "object"]
    assert table["rows"] == [[1, 0.5, "2013-01-01 00:00:00", 3], [2, "nan", "NaT", "[1, 2]"]]
    assert table["truncated"] is False


def test_a_table_is_cut_after_the_platforms_number_of_rows() -> None:
    exact = pandas_table(pd.DataFrame({"n": range(ROW_LIMIT)}))
    over = display_data(pd.DataFrame({"n": range(ROW_LIMIT + 1)}), None)

    assert (len(exact["rows"]), exact["truncated"]) == (ROW_LIMIT, False)
    assert (len(over[TABLE_MIME]["rows"]), over[TABLE_MIME]["truncated"]) == (ROW_LIMIT, True)
    assert over["text/plain"] == "10000+ rows x 1 columns"


def test_a_table_is_cut_after_the_platforms_number_of_bytes() -> None:
    table = pandas_table(pd.DataFrame({"text": ["x" * (BYTE_LIMIT // 4)] * 5}))

    assert (len(table["rows"]), table["truncated"]) == (3, True)


def test_a_figure_is_a_png() -> None:
    shown = display_data(Figure(figsize=(1, 1)), None)

    assert base64.b64decode(shown["image/png"]).startswith(b"\x89PNG")


def test_anything_else_is_what_ipython_makes_of_it() -> None:
    class Formatter:
        def format(self, value: object) -> tuple[dict[str, Any], dict[str, Any]]:
            return {"text/html": f"<b>{value}</b>", "image/png": b"raw"}, {}

    shown = display_data(7, Formatter())  # type: ignore[arg-type]

    assert shown == {"text/html": "<b>7</b>", "image/png": base64.b64encode(b"raw").decode()}
    assert display_data(7, None) == {"text/plain": "7"}


def test_a_spark_frame_as_last_expression_is_only_named() -> None:
    frame = type("DataFrame", (), {"__module__": "pyspark.sql.dataframe", "toPandas": None})()

    assert last_expression_data(frame, None) == {"text/plain": repr(frame)}
