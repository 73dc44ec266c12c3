# Databricks notebook source
dbutils.widgets.text('a', '1')
dbutils.widgets.text('b', '2')

# COMMAND ----------

dbutils.notebook.exit(str(int(dbutils.widgets.get('a')) + int(dbutils.widgets.get('b'))))
