# Databricks notebook source
# A SQL cell shows its result; Python has it as _sqldf.
threshold = 3

# COMMAND ----------

# MAGIC %sql
# MAGIC select id, id * 2 as double from range(3) order by id

# COMMAND ----------

print(_sqldf.count(), _sqldf.columns)
