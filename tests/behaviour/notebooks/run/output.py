# Databricks notebook source
# What the other notebook shows is shown in the caller's cell.
x = 1

# COMMAND ----------

# MAGIC %run ./lib/view

# COMMAND ----------

print(spark.table('made_by_run').count())
