# Databricks notebook source
# A dropdown has its default.
dbutils.widgets.dropdown('size', 'M', ['S', 'M', 'L'])

# COMMAND ----------

dbutils.notebook.exit(dbutils.widgets.get('size'))
