# Databricks notebook source
# The shell sees the notebook's environment variables and folder.
import os

os.environ['STAGE'] = 'test'

# COMMAND ----------

# MAGIC %sh
# MAGIC echo "stage $STAGE"
# MAGIC pwd
