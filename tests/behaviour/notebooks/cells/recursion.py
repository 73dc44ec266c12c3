# Databricks notebook source
# Endless recursion.
x = 1

# COMMAND ----------

def f():
    return f()


f()

# COMMAND ----------

print('never')
