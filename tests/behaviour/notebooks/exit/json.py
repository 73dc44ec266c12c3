# Databricks notebook source
# The usual way to give back several values.
import json

dbutils.notebook.exit(json.dumps({'rows': 3, 'path': '/tmp/x'}))

# COMMAND ----------

raise AssertionError('cells after exit do not run')
