# Databricks notebook source
# A removed widget cannot be read.
dbutils.widgets.text('month', '3')

# COMMAND ----------

dbutils.widgets.remove('month')

# COMMAND ----------

dbutils.widgets.get('month')
