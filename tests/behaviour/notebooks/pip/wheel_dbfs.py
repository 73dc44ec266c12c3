# Databricks notebook source
# DBTITLE 1,A wheel by its path below /dbfs
# MAGIC %pip install /dbfs/behaviour/wheels/bhv_one-1.0-py3-none-any.whl

# COMMAND ----------

import bhv_one

print(bhv_one.__version__)
