# Databricks notebook source
# DBTITLE 1,A path without ./ is relative, too
# MAGIC %run lib/greet

# COMMAND ----------

print(greet('you'))
