# Databricks notebook source
# Only the last expression of a cell is shown.
1
2
'three'

# COMMAND ----------

x = 4

# COMMAND ----------

None

# COMMAND ----------

[1, 2]
