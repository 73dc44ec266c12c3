# Databricks notebook source
# A text widget has its default.
dbutils.widgets.text('month', '3', 'Month')

# COMMAND ----------

dbutils.notebook.exit(dbutils.widgets.get('month'))
