# Databricks notebook source
# Users catch it, match its text, and go on.
try:
    dbutils.notebook.run('./lib/fails_visible', 60)
except Exception as error:
    print('com.databricks.NotebookExecutionException: FAILED' in str(error))

# COMMAND ----------

print('goes on')
