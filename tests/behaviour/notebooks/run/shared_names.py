# Databricks notebook source
# %run shares the namespace, both ways.
word = 'overwritten'

# COMMAND ----------

# MAGIC %run ./lib/greet

# COMMAND ----------

print(greet('you'), word)
