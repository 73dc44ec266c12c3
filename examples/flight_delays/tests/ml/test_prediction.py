from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest
from builders import random_world

from flight_delays.features import build_features
from flight_delays.prediction import IDENTITY, PREDICTION, score
from flight_delays.split import labelled
from flight_delays.training import TrainingParameters, collect, train

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def test_scoring_rows_where_they_are_equals_predicting_a_frame(spark: SparkSession) -> None:
    raw = random_world("2013-10-25", days=12, per_day=40).raw(spark)
    rows = build_features(raw, date(2013, 11, 1), date(2013, 11, 5))
    model = train(collect(labelled(rows)), TrainingParameters(num_rounds=20, min_data_in_leaf=5))
    scored = score(rows, model)
    assert scored.columns == [*IDENTITY, PREDICTION]
    found = scored.orderBy("flight_id").toPandas()
    assert len(found) == 5 * 40  # the cancelled ones too
    np.testing.assert_array_equal(found[PREDICTION], model.predict(collect(rows)))
    kept = rows.select(*IDENTITY).orderBy("flight_id").toPandas()
    assert found[list(IDENTITY)].equals(kept)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_instants_do_not_depend_on_the_sessions_time_zone(spark: SparkSession, zone: str) -> None:
    raw = random_world("2013-11-01", days=3, per_day=10).raw(spark)
    rows = build_features(raw, date(2013, 11, 2), date(2013, 11, 3))
    model = train(collect(labelled(rows)), TrainingParameters(num_rounds=2, min_data_in_leaf=2))
    expected = {
        row["flight_id"]: datetime.fromtimestamp(int(row["flight_id"].split("-")[0]), UTC)
        for row in rows.select("flight_id").collect()
    }
    before = spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.session.timeZone", zone)
    try:
        instants = score(rows, model).selectExpr(
            "flight_id", "cast(scheduled_departure as long) as seconds"
        )
        found = {row["flight_id"]: row["seconds"] for row in instants.collect()}
    finally:
        spark.conf.set("spark.sql.session.timeZone", str(before))
    assert found == {key: int(value.timestamp()) for key, value in expected.items()}
