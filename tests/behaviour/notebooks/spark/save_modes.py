# Databricks notebook source
# append adds, error refuses, ignore keeps.
spark.sql('create schema if not exists main.behaviour_modes')
name = 'main.behaviour_modes.n'
spark.range(2).write.saveAsTable(name)
spark.range(1).write.mode('append').saveAsTable(name)
spark.range(9).write.mode('ignore').saveAsTable(name)
print(spark.table(name).count())

# COMMAND ----------

spark.range(1).write.saveAsTable(name)
