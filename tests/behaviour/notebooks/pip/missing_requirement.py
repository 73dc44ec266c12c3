# Databricks notebook source
# DBTITLE 1,A package that nobody has fails the run and names it
# MAGIC %pip install bhv-nobody-has-this --no-index --find-links /dbfs/behaviour/wheels

# COMMAND ----------

print('never')
