# Databricks notebook source
# An endless loop is cancelled.
print('begun')

# COMMAND ----------

print('ready')
while True:
    pass

# COMMAND ----------

print('never')
