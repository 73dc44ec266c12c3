# Databricks notebook source
# A failed assertion with a message.
x = 1

# COMMAND ----------

assert x == 2, f'x is {x}'

# COMMAND ----------

print('never')
