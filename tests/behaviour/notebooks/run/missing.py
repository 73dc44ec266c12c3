# Databricks notebook source
# A notebook that is not there fails the run and names the path.
x = 1

# COMMAND ----------

# MAGIC %run ./lib/nowhere

# COMMAND ----------

print('never')
