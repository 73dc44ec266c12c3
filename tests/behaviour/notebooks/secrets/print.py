# Databricks notebook source
# A secret is read, used, and never printed.
password = dbutils.secrets.get(scope='s-print', key='password')

# COMMAND ----------

print('it is', password)
print(len(password), password.startswith('correct'))
