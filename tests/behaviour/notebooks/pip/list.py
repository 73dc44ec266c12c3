# Databricks notebook source
# DBTITLE 1,%pip list and %pip freeze print what is installed
# MAGIC %pip install /dbfs/behaviour/wheels/bhv_listed-1.0-py3-none-any.whl

# COMMAND ----------

# MAGIC %pip list

# COMMAND ----------

# MAGIC %pip freeze

# COMMAND ----------

# MAGIC %pip show bhv-listed
