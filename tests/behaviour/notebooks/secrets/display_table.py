# Databricks notebook source
# Nor in a table.
password = dbutils.secrets.get(scope='s-table', key='password')

# COMMAND ----------

import pandas as pd

display(pd.DataFrame({'user': ['ada'], 'password': [password]}))
