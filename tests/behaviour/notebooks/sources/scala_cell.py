# Databricks notebook source
# A Scala cell fails and says which cell it is.
print('python')

# COMMAND ----------

# MAGIC %scala
# MAGIC val x = 1

# COMMAND ----------

print('never')
