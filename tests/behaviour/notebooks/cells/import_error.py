# Databricks notebook source
# A module that is not installed.
x = 1

# COMMAND ----------

import no_such_module_here

# COMMAND ----------

print('never')
