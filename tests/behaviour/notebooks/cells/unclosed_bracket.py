# Databricks notebook source
# A cell that ends too early.
x = 1

# COMMAND ----------

numbers = [1, 2

# COMMAND ----------

print('never')
