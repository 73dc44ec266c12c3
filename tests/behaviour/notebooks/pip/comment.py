# Databricks notebook source
# DBTITLE 1,A comment after the line is no requirement
# MAGIC %pip install /dbfs/behaviour/wheels/bhv_ten-1.0-py3-none-any.whl  # our own wheel

# COMMAND ----------

import bhv_ten

print(bhv_ten.__version__)
