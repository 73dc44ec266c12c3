# Databricks notebook source
# sys.exit(1).
x = 1

# COMMAND ----------

import sys

sys.exit(1)

# COMMAND ----------

print('never')
