# Databricks notebook source
# A table shows at most 10,000 rows, and says that there are more.
display(spark.range(10_001))
