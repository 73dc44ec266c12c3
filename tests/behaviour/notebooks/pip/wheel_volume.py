# Databricks notebook source
# DBTITLE 1,A wheel in a volume
# MAGIC %pip install /Volumes/main/default/behaviour_wheels/bhv_four-1.0-py3-none-any.whl

# COMMAND ----------

import bhv_four

print(bhv_four.__version__)
