# Databricks notebook source
# A Python UDF that uses the notebook's names and modules.
import math
from pyspark.sql.functions import col, udf

offset = 100


@udf('double')
def shifted_root(number):
    return math.sqrt(number) + offset


print([row.r for row in spark.range(5).select(shifted_root(col('id')).alias('r')).orderBy('r').collect()][-1])
