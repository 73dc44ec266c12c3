# Databricks notebook source
# getAll gives every widget and parameter.
dbutils.widgets.text('month', '3')
dbutils.widgets.text('year', '2013')

# COMMAND ----------

print(sorted(dbutils.widgets.getAll().items()))
