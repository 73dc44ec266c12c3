# Databricks notebook source
# A handler of Exception around exit() does not take it for a failure.
try:
    dbutils.notebook.exit('meant')
except Exception as error:
    dbutils.notebook.exit(f'taken for a failure: {error!r}')

# COMMAND ----------

raise AssertionError('cells after exit do not run')
