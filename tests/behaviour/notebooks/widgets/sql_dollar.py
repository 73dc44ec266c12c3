# Databricks notebook source
# The older ${name} in a SQL cell is replaced by the widget's value.
dbutils.widgets.text('lowest', '4')

# COMMAND ----------

# MAGIC %sql
# MAGIC select id from range(6) where id >= ${lowest} order by id
