# Databricks notebook source
# What was printed before the error is kept.
x = 1

# COMMAND ----------

print('so far')
raise ValueError('no further')

# COMMAND ----------

print('never')
