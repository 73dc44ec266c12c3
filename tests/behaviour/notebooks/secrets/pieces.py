# Databricks notebook source
# Nor when it is written in pieces.
password = dbutils.secrets.get(scope='s-pieces', key='password')

# COMMAND ----------

import sys

for letter in password:
    sys.stdout.write(letter)
size = sys.stdout.write('\n')

# COMMAND ----------

sys.stdout.write(password[:9])
sys.stdout.flush()
size = sys.stdout.write(password[9:] + '\n')
