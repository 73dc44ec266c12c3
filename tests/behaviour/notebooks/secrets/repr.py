# Databricks notebook source
# Nor shown as a value, nor inside other values.
password = dbutils.secrets.get(scope='s-repr', key='password')

# COMMAND ----------

password

# COMMAND ----------

{'password': password, 'list': [password]}
