# Databricks notebook source
# A form feed between functions is white space.
def one():
    return 1

def two():
    return one() + 1

# COMMAND ----------

print(two())
