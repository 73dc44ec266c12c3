# Databricks notebook source
# An exception group is named.
x = 1

# COMMAND ----------

raise ExceptionGroup('two went wrong', [ValueError(1), KeyError(2)])

# COMMAND ----------

print('never')
