# Databricks notebook source
# The other notebook sees the caller's parameters; arguments win over them.
x = 1

# COMMAND ----------

# MAGIC %run ./lib/uses_widget $who="argument"

# COMMAND ----------

print(who, '-', how)
