# Databricks notebook source
# A run's parameter wins over the default.
dbutils.widgets.text('month', '3')
dbutils.widgets.dropdown('size', 'M', ['S', 'M'])

# COMMAND ----------

print(dbutils.widgets.get('month'), dbutils.widgets.get('size'))
