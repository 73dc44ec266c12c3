# Databricks notebook source
# Nor by the shell.
import os

password = dbutils.secrets.get(scope='s-shell', key='password')
os.environ['PASSWORD'] = password

# COMMAND ----------

# MAGIC %sh echo "$PASSWORD"

# COMMAND ----------

import subprocess

done = subprocess.run('echo $PASSWORD; echo $PASSWORD >&2', shell=True)
