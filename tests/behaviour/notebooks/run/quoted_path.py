# Databricks notebook source
# DBTITLE 1,The path may be quoted
# MAGIC %run "./lib/greet"

# COMMAND ----------

print(greet('you'))
