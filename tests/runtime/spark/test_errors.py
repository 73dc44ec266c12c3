from __future__ import annotations

import pytest
from pyspark.errors import AnalysisException, ParseException
from pyspark.sql.connect.session import SparkSession


def test_a_fault_of_syntax_is_a_parse_exception(spark: SparkSession) -> None:
    with pytest.raises(ParseException, match=r"\[PARSE_SYNTAX_ERROR\] .* near 'selct'"):
        spark.sql("selct 1").collect()


def test_other_faults_keep_their_class(spark: SparkSession) -> None:
    with pytest.raises(AnalysisException) as caught:
        spark.sql("select nothing_such").collect()
    assert not isinstance(caught.value, ParseException)
