# Databricks notebook source
# Arguments are widgets of the other notebook.
x = 1

# COMMAND ----------

# MAGIC %run ./lib/uses_widget $who="two words" $how="well"

# COMMAND ----------

print(who, '-', how)
