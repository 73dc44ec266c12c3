# Databricks notebook source
# %pip alone drops no variable.
x = 'still here'

# COMMAND ----------

# MAGIC %pip install /dbfs/behaviour/wheels/bhv_var-1.0-py3-none-any.whl

# COMMAND ----------

print(x)
