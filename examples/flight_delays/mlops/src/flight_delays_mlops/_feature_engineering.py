"""Stage: compute the features of a period from the raw data into the feature table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mlflow

from flight_delays.data import check_unique, clean_flights, read_raw
from flight_delays.errors import EmptyDataError
from flight_delays.features import LABEL, build_features
from flight_delays.profile import feature_profile
from flight_delays.split import in_period
from flight_delays_mlops._results import FeatureTable
from flight_delays_mlops._tables import overwrite_period
from flight_delays_mlops._tracking import stage_run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from flight_delays.split import Period

PROFILE_FILE = "feature_profile.csv"


def feature_engineering(
    spark: SparkSession,
    *,
    experiment_id: str,
    raw_data_path: str,
    feature_table: str,
    period: Period,
) -> FeatureTable:
    """Compute the features of every flight scheduled in a period.

    Rows of other periods in the table stay, unless this version of the features has other columns:
    then the whole table is replaced, for features of two versions must not be mixed.

    Args:
        spark: The session.
        experiment_id: Where to record the run.
        raw_data_path: Folder of the raw tables, see ``flight_delays.data.read_raw``.
        feature_table: ``catalog.schema.table`` to write to.
        period: Scheduled dates to compute.

    Raises:
        EmptyDataError: No flight is scheduled in the period.
        RawDataError: The raw data are not what is expected.
    """
    parameters = {"raw_data_path": raw_data_path, "feature_table": feature_table, "period": period}
    with stage_run("feature_engineering", experiment_id, parameters) as run_id:
        raw = read_raw(spark, raw_data_path)
        flights = clean_flights(raw.flights)
        if in_period(flights, period).limit(1).count() == 0:
            raise EmptyDataError(
                f"{raw_data_path} holds no flight scheduled in {period}: check the dates."
            )
        check_unique(flights)
        features = build_features(raw, period.start, period.end)
        overwrite_period(features, feature_table, period, replace_if_columns_differ=True)
        profile = feature_profile(in_period(spark.table(feature_table), period))
        labelled = int(profile["count"][LABEL])
        rows = labelled + int(profile["nulls"][LABEL])
        mlflow.log_metrics({"rows": rows, "labelled_rows": labelled})
        mlflow.log_text(profile.to_csv(), PROFILE_FILE)
    return FeatureTable(
        run_id=run_id, table=feature_table, period=period, rows=rows, labelled_rows=labelled
    )
