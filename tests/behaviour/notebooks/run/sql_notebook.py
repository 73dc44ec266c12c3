# Databricks notebook source
# A SQL notebook may be run from Python.
x = 1

# COMMAND ----------

# MAGIC %run ./lib/views

# COMMAND ----------

print(spark.table('made_by_sql').collect()[0].five)
