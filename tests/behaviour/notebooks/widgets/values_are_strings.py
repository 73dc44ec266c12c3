# Databricks notebook source
# Parameters arrive as text; the notebook converts them.
dbutils.widgets.text('n', '1')
n = dbutils.widgets.get('n')

# COMMAND ----------

print(type(n).__name__, int(n) + 1)
