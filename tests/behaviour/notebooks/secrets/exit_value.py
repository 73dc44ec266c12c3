# Databricks notebook source
# Nor in the value of exit.
password = dbutils.secrets.get(scope='s-exit', key='password')

# COMMAND ----------

dbutils.notebook.exit(password)
