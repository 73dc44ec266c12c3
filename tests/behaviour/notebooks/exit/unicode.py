# Databricks notebook source
# The value is any text.
dbutils.notebook.exit('żółw 🐢\nsecond line "quoted"')

# COMMAND ----------

raise AssertionError('cells after exit do not run')
