# Databricks notebook source
# sys.exit('text').
x = 1

# COMMAND ----------

import sys

sys.exit('no data today')

# COMMAND ----------

print('never')
