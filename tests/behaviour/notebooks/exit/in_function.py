# Databricks notebook source
# exit() in a function ends the notebook.
def finish(value):
    dbutils.notebook.exit(value)


finish('from a function')

# COMMAND ----------

raise AssertionError('cells after exit do not run')
