# Databricks notebook source
# KeyboardInterrupt raised by the notebook itself is a failure, not a cancel.
x = 1

# COMMAND ----------

raise KeyboardInterrupt

# COMMAND ----------

print('never')
