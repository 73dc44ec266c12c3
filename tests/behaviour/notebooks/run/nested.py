# Databricks notebook source
# DBTITLE 1,A notebook that is run may run others, relative to itself
# MAGIC %run ./lib/deep/outer

# COMMAND ----------

print(outer_value)
