# Databricks notebook source
# A query is cancelled.
from pyspark.sql.functions import udf


@udf('int')
def slow(number):
    import time

    time.sleep(600)
    return number


print('ready')
spark.range(1).select(slow('id')).collect()
