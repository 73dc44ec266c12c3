# Databricks notebook source
# %run without a path fails.
x = 1

# COMMAND ----------

# MAGIC %run
