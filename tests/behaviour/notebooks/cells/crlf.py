# Databricks notebook source
# Lines end as on Windows.
text = '''one
two'''

# COMMAND ----------

# MAGIC %md
# MAGIC words

# COMMAND ----------

print(repr(text))
