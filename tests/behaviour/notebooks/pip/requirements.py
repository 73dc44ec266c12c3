# Databricks notebook source
# DBTITLE 1,A requirements file
# MAGIC %pip install -r /dbfs/behaviour/requirements.txt

# COMMAND ----------

import bhv_req

print(bhv_req.__version__)
