# Databricks notebook source
# A combobox has its default, which need not be a choice.
dbutils.widgets.combobox('size', 'XL', ['S', 'M', 'L'], label='Size')

# COMMAND ----------

dbutils.notebook.exit(dbutils.widgets.get('size'))
