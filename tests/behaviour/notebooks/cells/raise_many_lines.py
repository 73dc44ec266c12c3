# Databricks notebook source
# The error begins with the first line; the trace has every line.
x = 1

# COMMAND ----------

raise ValueError('first line\nsecond line')

# COMMAND ----------

print('never')
