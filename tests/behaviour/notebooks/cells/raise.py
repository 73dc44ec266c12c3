# Databricks notebook source
# An exception fails the run; later cells are skipped.
x = 1

# COMMAND ----------

raise ValueError('boom')

# COMMAND ----------

print('never')
