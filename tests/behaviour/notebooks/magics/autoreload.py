# Databricks notebook source
# DBTITLE 1,%load_ext autoreload and %autoreload are taken
# MAGIC %load_ext autoreload
# MAGIC %autoreload 2

# COMMAND ----------

print('goes on')
