# Databricks notebook source
# sys.exit(0) fails the run too.
x = 1

# COMMAND ----------

import sys

sys.exit(0)

# COMMAND ----------

print('never')
