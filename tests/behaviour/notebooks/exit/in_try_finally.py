# Databricks notebook source
# finally runs on the way out.
try:
    dbutils.notebook.exit('left')
finally:
    print('cleaned up')

# COMMAND ----------

raise AssertionError('cells after exit do not run')
