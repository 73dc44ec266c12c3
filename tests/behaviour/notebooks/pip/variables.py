# Databricks notebook source
# Python's variables are put into the line.
folder = '/dbfs/behaviour/wheels'
wheel = 'bhv_nine-1.0-py3-none-any.whl'

# COMMAND ----------

# MAGIC %pip install $folder/{wheel}

# COMMAND ----------

import bhv_nine

print(bhv_nine.__version__)
