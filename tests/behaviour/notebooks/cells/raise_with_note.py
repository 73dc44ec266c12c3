# Databricks notebook source
# Notes on an exception are in the trace.
x = 1

# COMMAND ----------

error = ValueError('bad row')
error.add_note('row 17 of orders.csv')
raise error

# COMMAND ----------

print('never')
