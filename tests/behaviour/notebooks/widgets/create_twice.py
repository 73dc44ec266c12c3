# Databricks notebook source
# Making a widget again does not change its value.
dbutils.widgets.text('month', '3')

# COMMAND ----------

dbutils.widgets.text('month', '4')
print(dbutils.widgets.get('month'))
