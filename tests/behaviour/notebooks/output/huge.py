# Databricks notebook source
# Of a hundred megabytes the first are kept, with a note; the run goes on.
line = 'x' * 999_999
for _ in range(50):
    print(line)

# COMMAND ----------

print('y' * 50_000_000)

# COMMAND ----------

dbutils.notebook.exit('went on')
