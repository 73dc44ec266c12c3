# Databricks notebook source
# DBTITLE 1,%env sets a variable
# MAGIC %env STAGE=test

# COMMAND ----------

import os

print(os.environ['STAGE'])
