# Databricks notebook source
# More memory than there is, asked for at once.
x = 1

# COMMAND ----------

bytearray(1 << 60)

# COMMAND ----------

print('never')
