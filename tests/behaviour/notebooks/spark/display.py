# Databricks notebook source
# display of a Spark frame is a table with Spark's types.
display(spark.createDataFrame([(1, 'a', 0.5, True, None)], 'id bigint, name string, share double, ok boolean, missing int'))
