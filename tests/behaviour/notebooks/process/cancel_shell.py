# Databricks notebook source
# A shell cell is cancelled, its processes with it.
print('begun')

# COMMAND ----------

# MAGIC %sh
# MAGIC echo pid=$$
# MAGIC echo ready
# MAGIC sleep 600
# MAGIC echo never
