# Databricks notebook source
# An R cell fails and says which cell it is.
print('python')

# COMMAND ----------

x = 1

# COMMAND ----------

# MAGIC %r
# MAGIC x <- 1
