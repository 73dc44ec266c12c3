# Databricks notebook source
# %run must be alone in its cell.
x = 1

# COMMAND ----------

# MAGIC %run ./lib/greet
# MAGIC print('more')
