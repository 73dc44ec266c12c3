# Databricks notebook source
# dbutils.help() prints the modules; a module's help() prints its calls.
dbutils.help()

# COMMAND ----------

dbutils.fs.help()

# COMMAND ----------

dbutils.fs.help('cp')

# COMMAND ----------

dbutils.notebook.help()
