# Databricks notebook source
# exit() ends the notebook with success and a value; the rest of the cell does not run.
dbutils.notebook.exit('done')
print('never')

# COMMAND ----------

raise AssertionError('cells after exit do not run')
