# Databricks notebook source
# /dbfs is a folder for plain Python.
with open('/dbfs/behaviour/files/in.txt') as file:
    print(file.read())

# COMMAND ----------

import os

os.makedirs('/dbfs/behaviour/files/out', exist_ok=True)
with open('/dbfs/behaviour/files/out/a.txt', 'w') as file:
    file.write('written')
print(sorted(os.listdir('/dbfs/behaviour/files')))

# COMMAND ----------

print(dbutils.fs.head('dbfs:/behaviour/files/out/a.txt'))
