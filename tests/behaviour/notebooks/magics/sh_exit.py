# Databricks notebook source
# DBTITLE 1,A failing shell cell fails the run only with -e
# MAGIC %sh
# MAGIC echo before
# MAGIC false
# MAGIC exit 3

# COMMAND ----------

# MAGIC %sh -e
# MAGIC echo strict
# MAGIC exit 4

# COMMAND ----------

print('never')
