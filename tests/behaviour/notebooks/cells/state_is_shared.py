# Databricks notebook source
# Names live from cell to cell.
import math

values = [1, 2]

# COMMAND ----------

def total():
    return sum(values)

# COMMAND ----------

values.append(math.floor(3.7))

# COMMAND ----------

total()
