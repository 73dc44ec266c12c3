# Databricks notebook source
# DBTITLE 1,A wheel by a path relative to the notebook
# MAGIC %pip install ./wheels/bhv_five-1.0-py3-none-any.whl

# COMMAND ----------

import bhv_five

print(bhv_five.__version__)
