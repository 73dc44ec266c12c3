# Databricks notebook source
# An exception class of the notebook's own is named as it is.
x = 1

# COMMAND ----------

class OrderError(Exception):
    def __init__(self, number):
        super().__init__(f'order {number} is lost')


raise OrderError(17)

# COMMAND ----------

print('never')
