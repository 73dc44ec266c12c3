# Databricks notebook source
# An unfinished string.
x = 1

# COMMAND ----------

text = 'open

# COMMAND ----------

print('never')
