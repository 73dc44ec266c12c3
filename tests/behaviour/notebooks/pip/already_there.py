# Databricks notebook source
# DBTITLE 1,What the runtime has is not installed again
# MAGIC %pip install pandas

# COMMAND ----------

import pandas

print(pandas.__name__)
