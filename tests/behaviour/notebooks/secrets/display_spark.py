# Databricks notebook source
# Nor in a Spark table.
password = dbutils.secrets.get(scope='s-spark', key='password')

# COMMAND ----------

display(spark.createDataFrame([('ada', password)], ['user', 'password']))
