# Databricks notebook source
# A table's history, and its earlier state.
spark.sql('create schema if not exists main.behaviour_travel')
name = 'main.behaviour_travel.t'
spark.range(1).write.mode('overwrite').saveAsTable(name)
spark.range(5).write.mode('overwrite').saveAsTable(name)

# COMMAND ----------

print(spark.sql(f'select count(*) as n from {name} version as of 0').collect()[0].n, spark.table(name).count())
print(sorted(row.version for row in spark.sql(f'describe history {name}').collect())[:2])
