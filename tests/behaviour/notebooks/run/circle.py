# Databricks notebook source
# A circle of %run is refused and shown.
x = 1

# COMMAND ----------

# MAGIC %run ./lib/circle_back

# COMMAND ----------

print('never')
