# Databricks notebook source
# DBTITLE 1,%%capture takes a cell's output away
# MAGIC %%capture caught
# MAGIC print('hidden')

# COMMAND ----------

print(repr(caught.stdout))
