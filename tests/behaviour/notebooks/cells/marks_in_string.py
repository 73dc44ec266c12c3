# Databricks notebook source
# A string may hold what looks like the file's own marks, quoted by the exporter.
text = '''
# MAGIC # COMMAND ----------
# MAGIC # MAGIC %md not a cell
'''
print(repr(text))
