# Databricks notebook source
# getArgument, with a default for what is not defined, as a function and as a method.
dbutils.widgets.text('month', '3')

# COMMAND ----------

print(getArgument('month'), getArgument('day', '1'), dbutils.widgets.getArgument('day', '2'))
