# Databricks notebook source
# A parameter marker in a SQL cell is the widget's value.
dbutils.widgets.text('lowest', '3')

# COMMAND ----------

# MAGIC %sql
# MAGIC select id from range(6) where id >= cast(:lowest as int) order by id
