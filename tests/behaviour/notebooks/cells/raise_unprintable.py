# Databricks notebook source
# An exception whose text cannot be made still ends the run in order.
x = 1

# COMMAND ----------

class Odd(Exception):
    def __str__(self):
        raise RuntimeError('no text')


raise Odd()

# COMMAND ----------

print('never')
