# Databricks notebook source
# An empty value is a value.
dbutils.notebook.exit('')

# COMMAND ----------

raise AssertionError('cells after exit do not run')
