# Databricks notebook source
# The trace shows the cause of a chained exception.
x = 1

# COMMAND ----------

try:
    {}['price']
except KeyError as cause:
    raise RuntimeError('no price') from cause

# COMMAND ----------

print('never')
