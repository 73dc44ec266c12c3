# Databricks notebook source
# Nor by native code.
password = dbutils.secrets.get(scope='s-native', key='password')

# COMMAND ----------

import os

written = os.write(1, password.encode() + b'\n')
