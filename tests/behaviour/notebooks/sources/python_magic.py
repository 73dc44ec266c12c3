# Databricks notebook source
# DBTITLE 1,%python in a Python notebook is plain Python
# MAGIC %python
# MAGIC x = 5
# MAGIC print(x)

# COMMAND ----------

# MAGIC %python print(x + 1)
