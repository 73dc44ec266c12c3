# Databricks notebook source
# Of a value over 5 MB the first 5 MB are given back.
dbutils.notebook.exit('x' * 6_000_000)

# COMMAND ----------

raise AssertionError('cells after exit do not run')
