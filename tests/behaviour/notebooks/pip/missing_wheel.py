# Databricks notebook source
# DBTITLE 1,A wheel that is not there fails the run and names it
# MAGIC %pip install /dbfs/behaviour/wheels/bhv_nowhere-1.0-py3-none-any.whl

# COMMAND ----------

print('never')
