# Databricks notebook source
# The trace shows what was being handled.
x = 1

# COMMAND ----------

try:
    1 / 0
except ZeroDivisionError:
    {}['price']

# COMMAND ----------

print('never')
