# Databricks notebook source
# restartPython drops every variable, and keeps libraries and parameters.
x = 1
dbutils.widgets.text('w', 'default')

# COMMAND ----------

# MAGIC %pip install /dbfs/behaviour/wheels/bhv_kept-1.0-py3-none-any.whl

# COMMAND ----------

dbutils.library.restartPython()

# COMMAND ----------

import bhv_kept

print(bhv_kept.__version__, dbutils.widgets.get('w'), 'x' in globals())
