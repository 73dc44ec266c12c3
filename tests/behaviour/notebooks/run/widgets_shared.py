# Databricks notebook source
# Widgets that the other notebook makes are the caller's.
x = 1

# COMMAND ----------

# MAGIC %run ./lib/sets_widget

# COMMAND ----------

print(dbutils.widgets.get('colour'))
