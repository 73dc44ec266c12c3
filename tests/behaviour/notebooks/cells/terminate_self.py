# Databricks notebook source
# The process gets SIGTERM.
print('before')

# COMMAND ----------

print('so far', flush=True)
import os, signal

os.kill(os.getpid(), signal.SIGTERM)

# COMMAND ----------

print('never')
