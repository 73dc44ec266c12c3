# Databricks notebook source
# exit() in a notebook that was run ends the run: %run is as if its cells stood here.
x = 1

# COMMAND ----------

# MAGIC %run ./lib/exits

# COMMAND ----------

print('never')
