# Databricks notebook source
# An exception without text is its class's name.
x = 1

# COMMAND ----------

raise ValueError

# COMMAND ----------

print('never')
