# Databricks notebook source
# After remove the widget is gone, and may be made anew.
dbutils.widgets.text('month', '3')

# COMMAND ----------

dbutils.widgets.remove('month')

# COMMAND ----------

dbutils.widgets.text('month', '4')

# COMMAND ----------

print(dbutils.widgets.get('month'))
