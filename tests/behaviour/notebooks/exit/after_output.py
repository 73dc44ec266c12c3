# Databricks notebook source
# What was shown before is kept.
print('first')

# COMMAND ----------

print('second')
dbutils.notebook.exit('end')

# COMMAND ----------

raise AssertionError('cells after exit do not run')
