# Databricks notebook source
# The process aborts.
print('before')

# COMMAND ----------

print('so far', flush=True)
import os

os.abort()

# COMMAND ----------

print('never')
