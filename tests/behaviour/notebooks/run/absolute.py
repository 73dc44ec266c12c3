# Databricks notebook source
# DBTITLE 1,An absolute path, with or without /Workspace
# MAGIC %run /Shared/behaviour/run/lib/greet

# COMMAND ----------

# MAGIC %run /Workspace/Shared/behaviour/run/lib/deep/inner

# COMMAND ----------

print(greet(inner_value))
