# Databricks notebook source
# databricks.sdk.runtime gives the notebook's own objects.
from databricks.sdk import runtime

print(runtime.dbutils is dbutils, runtime.spark is spark, runtime.display is display)

# COMMAND ----------

from databricks.sdk.runtime import *

dbutils.notebook.exit('by the import')
