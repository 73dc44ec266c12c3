# Databricks notebook source
# A failing statement fails the run; the error is Spark's.
x = 1

# COMMAND ----------

# MAGIC %sql
# MAGIC select * from main.default.no_such_table_at_all

# COMMAND ----------

print('never')
