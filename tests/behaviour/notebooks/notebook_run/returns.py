# Databricks notebook source
# notebook.run gives back what the child exits with; the child is a run of its own.
value = dbutils.notebook.run('./lib/returns', 60)

# COMMAND ----------

print(value)
