# Databricks notebook source
# SQL sees the views that Python has made, and the reverse.
spark.range(2).createOrReplaceTempView('from_python')

# COMMAND ----------

# MAGIC %sql
# MAGIC create or replace temp view from_sql as select id + 10 as id from from_python

# COMMAND ----------

print([row.id for row in spark.table('from_sql').orderBy('id').collect()])
