# Databricks notebook source
# A dict is taken as its text.
dbutils.notebook.exit({'rows': 3})

# COMMAND ----------

raise AssertionError('cells after exit do not run')
