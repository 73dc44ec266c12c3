# Databricks notebook source
before = 1

# COMMAND ----------

dbutils.notebook.exit('from the other notebook')

# COMMAND ----------

before = 2
