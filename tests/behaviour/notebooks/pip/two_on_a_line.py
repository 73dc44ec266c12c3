# Databricks notebook source
# DBTITLE 1,Two wheels on one line, one of which needs the other
# MAGIC %pip install /dbfs/behaviour/wheels/bhv_base-1.0-py3-none-any.whl /dbfs/behaviour/wheels/bhv_app-1.0-py3-none-any.whl

# COMMAND ----------

import bhv_app, bhv_base

print(bhv_app.__version__, bhv_base.__version__)
