# Databricks notebook source
# A child has a namespace of its own.
secret_of_parent = 1

# COMMAND ----------

print(dbutils.notebook.run('./lib/isolated', 60))
