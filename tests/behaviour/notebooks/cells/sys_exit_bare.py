# Databricks notebook source
# sys.exit().
x = 1

# COMMAND ----------

import sys

sys.exit()

# COMMAND ----------

print('never')
