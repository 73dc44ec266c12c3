# Databricks notebook source
# The trace leads through the notebook's functions, and not through ours.
x = 1

# COMMAND ----------

def inner(number):
    return 1 / number


def outer():
    return inner(0)


outer()

# COMMAND ----------

print('never')
