# Databricks notebook source
# SystemExit ends the cell as an error.
x = 1

# COMMAND ----------

raise SystemExit('enough')

# COMMAND ----------

print('never')
