# Databricks notebook source
# A failing child raises in the parent, with the text that users match.
x = 1

# COMMAND ----------

dbutils.notebook.run('./lib/fails', 60)

# COMMAND ----------

print('never')
