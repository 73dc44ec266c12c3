# Databricks notebook source
# A notebook that does not call exit() has no value.
x = 1

# COMMAND ----------

x + 1
