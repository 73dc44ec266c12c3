# Databricks notebook source
# The trace of a library's error leads from the notebook's line.
x = 1

# COMMAND ----------

import json

json.loads('{')

# COMMAND ----------

print('never')
