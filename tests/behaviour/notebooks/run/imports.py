# Databricks notebook source
# Imports of the other notebook are the caller's.
x = 1

# COMMAND ----------

# MAGIC %run ./lib/imports

# COMMAND ----------

print(math.floor(2.5))
