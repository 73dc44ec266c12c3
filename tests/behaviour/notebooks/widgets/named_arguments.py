# Databricks notebook source
# The platform's argument names.
dbutils.widgets.text(name='a', defaultValue='1', label='A')
dbutils.widgets.dropdown(name='b', defaultValue='2', choices=['2', '3'], label='B')
dbutils.widgets.combobox(name='c', defaultValue='4', choices=['4'])
dbutils.widgets.multiselect(name='d', defaultValue='5', choices=['5'])

# COMMAND ----------

print(*[dbutils.widgets.get(name) for name in 'abcd'])
