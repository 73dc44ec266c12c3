# Databricks notebook source
spark.range(3).createOrReplaceTempView('made_by_run')

# COMMAND ----------

# MAGIC %sql
# MAGIC select count(*) as n from made_by_run
