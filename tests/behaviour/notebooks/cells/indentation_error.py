# Databricks notebook source
# Wrong indentation.
x = 1

# COMMAND ----------

def f():
return 1

# COMMAND ----------

print('never')
