from __future__ import annotations

from collections.abc import Callable

import pytest
from pyspark.errors import AnalysisException, ParseException
from pyspark.sql import DataFrame
from pyspark.sql.connect.session import SparkSession


def test_a_fault_of_syntax_is_a_parse_exception(spark: SparkSession) -> None:
    with pytest.raises(ParseException, match=r"\[PARSE_SYNTAX_ERROR\] .* near 'selct'"):
        spark.sql("selct 1").collect()


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (
            lambda spark: spark.range(1).select("nocol"),
            r"\[UNRESOLVED_COLUMN\S+ .* `nocol` ",
        ),
        (
            lambda spark: spark.range(1).selectExpr("a.b"),
            r"\[UNRESOLVED_COLUMN\S+ .* `a`.`b` ",
        ),
        (lambda spark: spark.sql("select nope(1)"), r"\[UNRESOLVED_ROUTINE\] .* `nope`"),
        (
            lambda spark: spark.table("nowhere_at_all"),
            r"\[TABLE_OR_VIEW_NOT_FOUND\] .*`nowhere_",
        ),
    ],
)
def test_the_commonest_faults_have_sparks_conditions(
    spark: SparkSession, frame: Callable[[SparkSession], DataFrame], says: str
) -> None:
    with pytest.raises(AnalysisException, match=f"^{says}"):
        frame(spark).collect()


def test_what_exists_already_is_named(spark: SparkSession) -> None:
    frame = spark.range(1)
    frame.write.saveAsTable("twice")
    with pytest.raises(AnalysisException, match=r"^\[TABLE_OR_VIEW_ALREADY_EXISTS\] .*`\.`twice`"):
        frame.write.saveAsTable("twice")
    for form, condition in (("delta", "DELTA_PATH_EXISTS"), ("parquet", "PATH_ALREADY_EXISTS")):
        frame.write.format(form).save(f"/tmp/twice/{form}")
        with pytest.raises(AnalysisException, match=rf"^\[{condition}\] "):
            frame.write.format(form).save(f"/tmp/twice/{form}")
