# Databricks notebook source
# The trace shows the lines of a function from an earlier cell.
def share(people):
    return 100 / people

# COMMAND ----------

share(0)

# COMMAND ----------

print('never')
