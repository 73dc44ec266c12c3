# Databricks notebook source
# DBTITLE 1,%time shows how long a line took, and keeps its names.
# MAGIC %time total = sum(range(1000))

# COMMAND ----------

print(total)
