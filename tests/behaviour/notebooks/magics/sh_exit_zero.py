# Databricks notebook source
# DBTITLE 1,With -e and status 0 the cell is well
# MAGIC %sh -e
# MAGIC echo fine
# MAGIC true

# COMMAND ----------

print('goes on')
