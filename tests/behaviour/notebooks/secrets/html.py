# Databricks notebook source
# Nor in HTML.
password = dbutils.secrets.get(scope='s-html', key='password')

# COMMAND ----------

displayHTML(f'<b>{password}</b>')
