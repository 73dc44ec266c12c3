# Databricks notebook source
# The same notebook may be run twice.
x = 1

# COMMAND ----------

# MAGIC %run ./lib/counts

# COMMAND ----------

# MAGIC %run ./lib/counts

# COMMAND ----------

print(counter)
