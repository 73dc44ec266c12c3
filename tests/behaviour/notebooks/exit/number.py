# Databricks notebook source
# A number is taken as its text.
dbutils.notebook.exit(42)

# COMMAND ----------

raise AssertionError('cells after exit do not run')
