# Databricks notebook source
# An error in the other notebook fails the caller's cell.
x = 1

# COMMAND ----------

# MAGIC %run ./lib/fails

# COMMAND ----------

print('never')
