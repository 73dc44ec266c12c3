# Databricks notebook source
# Reading what is not defined fails with the text that users match.
dbutils.widgets.get('month')

# COMMAND ----------

print('never')
