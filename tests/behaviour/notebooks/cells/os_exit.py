# Databricks notebook source
# The process leaves with a status.
print('before')

# COMMAND ----------

print('so far', flush=True)
import os

os._exit(3)

# COMMAND ----------

print('never')
