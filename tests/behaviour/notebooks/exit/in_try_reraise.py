# Databricks notebook source
# A handler that logs and raises again lets exit() pass.
try:
    dbutils.notebook.exit('meant')
except Exception:
    raise

# COMMAND ----------

raise AssertionError('cells after exit do not run')
