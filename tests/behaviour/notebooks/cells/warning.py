# Databricks notebook source
# A warning is shown and fails nothing.
import warnings

warnings.warn('careful')

# COMMAND ----------

print('goes on')
