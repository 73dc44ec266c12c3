# Databricks notebook source
# Native code crashes.
print('before')

# COMMAND ----------

print('so far', flush=True)
import ctypes

ctypes.string_at(0)

# COMMAND ----------

print('never')
