# Databricks notebook source
# A failed assertion without one: the trace shows the line.
x = 1

# COMMAND ----------

assert x == 2

# COMMAND ----------

print('never')
