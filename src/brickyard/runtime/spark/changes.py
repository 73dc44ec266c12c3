"""``INSERT``, ``UPDATE``, ``DELETE`` and ``MERGE``: how many rows they changed.

The engine answers with one count, which for an ``UPDATE`` is that of the rows it rewrote. What
Databricks answers is in the commit that the statement made.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyspark.sql.connect.proto as pb2

from brickyard.runtime.spark.deltatables import delta_folder
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import Cursor

# Per statement: the columns of the answer, and the metrics of the commit that they sum up.
_UPDATED, _DELETED = ("numUpdatedRows",), ("numDeletedRows",)
_MERGED = tuple(f"numTargetRows{kind}" for kind in ("Updated", "Deleted", "Inserted"))
_ANSWERS: dict[str, dict[str, tuple[str, ...]]] = {
    "INSERT": {
        "num_affected_rows": ("numOutputRows",),
        "num_inserted_rows": ("numOutputRows",),
    },
    "UPDATE": {"num_affected_rows": _UPDATED},
    "DELETE": {"num_affected_rows": _DELETED},
    "MERGE": {
        "num_affected_rows": _MERGED,
        "num_updated_rows": _MERGED[:1],
        "num_deleted_rows": _MERGED[1:2],
        "num_inserted_rows": _MERGED[2:],
    },
}


def change_rows(session: Session, sql: str, command: Any) -> pa.Table | None:
    """Carry out a statement that changes a Delta table's rows.

    Args:
        session: The session.
        sql: The statement as the user wrote it.
        command: The ``pb2.SqlCommand`` to run, rewritten for the engine.

    Returns:
        What Databricks answers; None when it is another statement, and nothing was done.
    """
    word, name = _target(sql)
    folder = delta_folder(session, name) if word in _ANSWERS and name else None
    if folder is None:
        return None
    log = Path(folder) / "_delta_log"
    before = _versions(log)
    session.back.command(pb2.Command(sql_command=command))
    metrics = _metrics(log, before)
    return pa.table(
        {
            column: pa.array([sum(metrics.get(part, 0) for part in parts)], pa.int64())
            for column, parts in _ANSWERS[word].items()
        }
    )


def _target(sql: str) -> tuple[str, tuple[str, ...]]:
    """The statement's first word, and the table whose rows it changes."""
    cursor = Cursor(sql)
    word = cursor.accept_any(*_ANSWERS)
    if word is None:
        return "", ()
    cursor.accept("WITH", "SCHEMA", "EVOLUTION")
    cursor.accept_any("INTO", "FROM", "OVERWRITE")
    cursor.accept("INTO")
    cursor.accept("TABLE")
    name = cursor.name()
    return word, name.parts if name is not None else ()


def _versions(log: Path) -> set[str]:
    return {path.name for path in log.glob("*.json")}


def _metrics(log: Path, before: set[str]) -> dict[str, int]:
    """The row counts in the newest commit since; none when there was nothing to commit."""
    for name in sorted(_versions(log) - before, reverse=True):
        for line in (log / name).read_text(encoding="utf-8").splitlines():
            found = json.loads(line).get("commitInfo", {}).get("operationMetrics") or {}
            counts = {k: int(v) for k, v in found.items() if str(v).lstrip("-").isdigit()}
            if counts:
                return counts
    return {}
