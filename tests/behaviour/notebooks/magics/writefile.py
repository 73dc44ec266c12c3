# Databricks notebook source
# DBTITLE 1,%%writefile writes beside the notebook
# MAGIC %%writefile /dbfs/behaviour_written.txt
# MAGIC line one

# COMMAND ----------

print(open('/dbfs/behaviour_written.txt').read())
