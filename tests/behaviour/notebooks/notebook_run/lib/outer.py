# Databricks notebook source
value = dbutils.notebook.run('./inner', 60, {'n': '1'})

# COMMAND ----------

dbutils.notebook.exit(value + ' of outer')
