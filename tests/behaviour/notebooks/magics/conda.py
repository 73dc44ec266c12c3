# Databricks notebook source
# %conda is gone from the platform's runtimes.
x = 1

# COMMAND ----------

# MAGIC %conda install numpy

# COMMAND ----------

print('never')
