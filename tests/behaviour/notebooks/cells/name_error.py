# Databricks notebook source
# A name that nobody has defined.
x = 1

# COMMAND ----------

total + 1

# COMMAND ----------

print('never')
