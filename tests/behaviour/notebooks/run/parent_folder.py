# Databricks notebook source
# DBTITLE 1,A path through the parent folder
# MAGIC %run ../run/lib/greet

# COMMAND ----------

print(greet('you'))
