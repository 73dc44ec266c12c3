# Databricks notebook source
# removeAll takes every widget away, and fails nothing when there is none.
dbutils.widgets.text('month', '3')
dbutils.widgets.text('year', '2013')

# COMMAND ----------

dbutils.widgets.removeAll()

# COMMAND ----------

dbutils.widgets.removeAll()
try:
    print(dbutils.widgets.get('month'))
except Exception:
    print('gone')
