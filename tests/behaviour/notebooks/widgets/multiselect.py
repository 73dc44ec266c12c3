# Databricks notebook source
# A multiselect has its default; several values come joined by commas.
dbutils.widgets.multiselect('days', 'Mo', ['Mo', 'Tu', 'We'])
dbutils.widgets.multiselect('nights', 'Mo', ['Mo', 'Tu', 'We'])

# COMMAND ----------

dbutils.notebook.exit(dbutils.widgets.get('days') + ' ' + dbutils.widgets.get('nights'))
