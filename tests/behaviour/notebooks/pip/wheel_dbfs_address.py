# Databricks notebook source
# DBTITLE 1,A wheel by its dbfs:/ address
# MAGIC %pip install dbfs:/behaviour/wheels/bhv_two-1.0-py3-none-any.whl

# COMMAND ----------

import bhv_two

print(bhv_two.__version__)
