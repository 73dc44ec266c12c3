# Databricks notebook source
# Nor in logs.
password = dbutils.secrets.get(scope='s-log', key='password')

# COMMAND ----------

import logging

logging.getLogger('ours').error('using %s', password)
