# Databricks notebook source
# DBTITLE 1,A package by its name, from a folder of wheels
# MAGIC %pip install bhv-linked --no-index --find-links /dbfs/behaviour/wheels

# COMMAND ----------

import bhv_linked

print(bhv_linked.__version__)
