# Databricks notebook source
# The last value is named _.
6 * 7

# COMMAND ----------

print(_)
