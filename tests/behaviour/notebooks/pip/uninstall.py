# Databricks notebook source
# DBTITLE 1,What was installed can be uninstalled
# MAGIC %pip install /dbfs/behaviour/wheels/bhv_gone-1.0-py3-none-any.whl

# COMMAND ----------

# MAGIC %pip uninstall -y bhv-gone

# COMMAND ----------

dbutils.library.restartPython()

# COMMAND ----------

import bhv_gone
