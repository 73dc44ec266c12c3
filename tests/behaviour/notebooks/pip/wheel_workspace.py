# Databricks notebook source
# DBTITLE 1,A wheel among the workspace's files
# MAGIC %pip install /Workspace/Shared/behaviour_wheels/bhv_three-1.0-py3-none-any.whl

# COMMAND ----------

import bhv_three

print(bhv_three.__version__)
