# Databricks notebook source
# A pandas UDF.
import pandas as pd
from pyspark.sql.functions import pandas_udf


@pandas_udf('long')
def double(values: pd.Series) -> pd.Series:
    return values * 2


print([row[0] for row in spark.range(3).select(double('id')).collect()])
