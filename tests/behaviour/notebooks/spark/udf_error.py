# Databricks notebook source
# An error in a UDF fails the run and says why.
from pyspark.sql.functions import udf


@udf('int')
def broken(number):
    raise ValueError('bad number inside the function')


spark.range(1).select(broken('id')).collect()
