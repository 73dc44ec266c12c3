"""What the notebook's names add to data frames."""

from __future__ import annotations

from typing import Any, cast

import pyspark.sql.connect.plan as plan
from pyspark.sql.connect.dataframe import DataFrame

from brickyard.runtime.dbutils import DBUtils
from brickyard.runtime.names import notebook_names
from brickyard.runtime.spark import SparkEngine


class _Nothing:
    def __getattr__(self, name: str) -> Any:
        return self


def test_a_frame_displays_itself() -> None:
    shown: list[object] = []
    nothing = _Nothing()
    notebook_names(
        cast("DBUtils", nothing), cast("SparkEngine", nothing), shown.append, shown.append
    )
    frame = DataFrame(plan.Range(0, 3, 1), cast("Any", nothing))

    cast("Any", frame).display()

    assert len(shown) == 1
    assert shown[0] is frame
