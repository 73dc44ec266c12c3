# Databricks notebook source
# A syntax error: nothing of the cell runs, cells before it have run.
print('before')

# COMMAND ----------

print('first line')
if x
    pass

# COMMAND ----------

print('never')
