# Databricks notebook source
# inspect finds the source of what a cell defined.
import inspect


def double(number):
    return number * 2  # twice

# COMMAND ----------

print(inspect.getsource(double))
