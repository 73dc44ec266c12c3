# Databricks notebook source
# DBTITLE 1,pip's usual options
# MAGIC %pip install -q --upgrade --no-deps --disable-pip-version-check /dbfs/behaviour/wheels/bhv_eleven-1.0-py3-none-any.whl

# COMMAND ----------

import bhv_eleven

print(bhv_eleven.__version__)
