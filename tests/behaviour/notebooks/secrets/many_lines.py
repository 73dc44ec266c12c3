# Databricks notebook source
# Nor when it has lines, quotes and other marks.
password = dbutils.secrets.get(scope='s-lines', key='password')

# COMMAND ----------

print(password)

# COMMAND ----------

{'key': password}
