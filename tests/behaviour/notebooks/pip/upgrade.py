# Databricks notebook source
# DBTITLE 1,A newer version takes the older one's place after a restart
# MAGIC %pip install /dbfs/behaviour/wheels/bhv_up-1.0-py3-none-any.whl

# COMMAND ----------

import bhv_up

print(bhv_up.__version__)

# COMMAND ----------

# MAGIC %pip install --upgrade /dbfs/behaviour/wheels/bhv_up-2.0-py3-none-any.whl

# COMMAND ----------

dbutils.library.restartPython()

# COMMAND ----------

import bhv_up

print(bhv_up.__version__)
