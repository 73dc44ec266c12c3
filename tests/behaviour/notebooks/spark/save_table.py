# Databricks notebook source
# A table is saved, read by SQL and by name.
spark.sql('create schema if not exists main.behaviour_save')
spark.range(3).write.mode('overwrite').saveAsTable('main.behaviour_save.numbers')

# COMMAND ----------

print(spark.table('main.behaviour_save.numbers').count(), table('main.behaviour_save.numbers').count())

# COMMAND ----------

# MAGIC %sql
# MAGIC select sum(id) as total from main.behaviour_save.numbers
