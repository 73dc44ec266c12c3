# Databricks notebook source
# DBTITLE 1,Load the orders
print('loaded')

# COMMAND ----------

# DBTITLE 1,Query, with: marks
# MAGIC %md
# MAGIC words

# COMMAND ----------

print('no title')
