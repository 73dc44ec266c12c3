# Databricks notebook source
# name? shows help.
def area(radius):
    """The area of a circle."""
    return 3 * radius**2

# COMMAND ----------

area?

# COMMAND ----------

print('after')
