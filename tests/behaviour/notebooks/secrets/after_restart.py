# Databricks notebook source
# Nor after restartPython.
password = dbutils.secrets.get(scope='s-restart', key='password')
import pathlib

size = pathlib.Path('/dbfs/behaviour_secret.txt').write_text(password)

# COMMAND ----------

dbutils.library.restartPython()

# COMMAND ----------

import pathlib

print(pathlib.Path('/dbfs/behaviour_secret.txt').read_text())
