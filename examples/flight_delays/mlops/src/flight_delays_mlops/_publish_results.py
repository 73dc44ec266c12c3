"""Stage: lay the scored period down where others fetch it, with a manifest written last."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import mlflow
from pyspark.sql import functions as F

from flight_delays.errors import FlightDelaysError
from flight_delays.split import in_period
from flight_delays_mlops._results import PublishedResults
from flight_delays_mlops._tracking import stage_run

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from flight_delays_mlops._results import ScoredTable


class WriteFile(Protocol):
    """Writes a text file over an earlier one, as ``dbutils.fs.put(path, text, True)`` does."""

    def __call__(self, path: str, text: str, /) -> object:
        """Write ``text`` to ``path``."""


def publish_results(
    spark: SparkSession,
    *,
    experiment_id: str,
    scored: ScoredTable,
    results_path: str,
    write_file: WriteFile,
) -> PublishedResults:
    """Copy the scored period to ``<results_path>/<start>_<end>/scored`` as a Delta folder.

    Publishing the period again replaces the folder's content in one Delta transaction. The manifest
    (``manifest.json`` beside it) is written after the data have been counted: who waits for it
    never reads half a result.

    Args:
        spark: The session.
        experiment_id: Where to record the run.
        scored: What batch_scoring returned.
        results_path: Folder as Spark names it: ``abfss://…``, ``dbfs:/…`` or ``/Volumes/…``.
        write_file: How to write the manifest.

    Raises:
        FlightDelaysError: The scored table no longer holds what ``scored`` says.
    """
    folder = f"{results_path.rstrip('/')}/{scored.period.start}_{scored.period.end}"
    path, manifest_path = f"{folder}/scored", f"{folder}/manifest.json"
    recorded = {"scored_table": scored.table, "period": scored.period, "results_path": results_path}
    with stage_run("publish_results", experiment_id, recorded) as run_id:
        # Only rows of this scoring: a later one would have other rows than the manifest tells.
        rows = in_period(spark.table(scored.table), scored.period).where(
            F.col("scoring_run_id") == scored.run_id
        )
        _check_rows(rows, scored, scored.table)
        rows.write.format("delta").mode("overwrite").option("overwriteSchema", "true").save(path)
        _check_rows(spark.read.format("delta").load(path), scored, path)
        manifest = _manifest(scored, path, run_id)
        write_file(manifest_path, json.dumps(manifest, indent=2))
        mlflow.log_metrics({"rows": scored.rows})
        mlflow.log_dict(manifest, "manifest.json")
    return PublishedResults(run_id=run_id, path=path, manifest_path=manifest_path, rows=scored.rows)


def _check_rows(rows: DataFrame, scored: ScoredTable, place: str) -> None:
    found = rows.count()
    if found != scored.rows:
        raise FlightDelaysError(
            f"{place} holds {found} rows of scoring run {scored.run_id}, expected {scored.rows}: "
            "the period was scored again meanwhile. Run batch_scoring and publish_results again."
        )


def _manifest(scored: ScoredTable, path: str, run_id: str) -> dict[str, str | int]:
    return {
        "path": path,
        "format": "delta",
        "period_start": scored.period.start.isoformat(),
        "period_end": scored.period.end.isoformat(),
        "rows": scored.rows,
        "model_name": scored.model_name,
        "model_version": scored.model_version,
        "model_run_id": scored.model_run_id,
        "scoring_run_id": scored.run_id,
        "publishing_run_id": run_id,
    }
