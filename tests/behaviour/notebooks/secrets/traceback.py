# Databricks notebook source
# Nor in an error and its trace.
password = dbutils.secrets.get(scope='s-trace', key='password')

# COMMAND ----------

raise ValueError(f'cannot log in with {password}')
