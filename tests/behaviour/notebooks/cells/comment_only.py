# Databricks notebook source
# A cell of comments alone runs as nothing.
# nothing but words

# COMMAND ----------

print('after')
