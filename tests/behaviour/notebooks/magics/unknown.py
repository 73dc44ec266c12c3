# Databricks notebook source
# An unknown magic fails and names itself.
x = 1

# COMMAND ----------

# MAGIC %frobnicate x

# COMMAND ----------

print('never')
