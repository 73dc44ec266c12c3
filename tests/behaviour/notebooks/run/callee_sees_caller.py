# Databricks notebook source
# The other notebook sees what the caller has defined.
def greet(name):
    return name.upper()

# COMMAND ----------

# MAGIC %run ./lib/second

# COMMAND ----------

print(answer)
