# Databricks notebook source
# A task reads what an earlier task has set, in its own type.
rows = dbutils.jobs.taskValues.get(taskKey='first', key='rows')
paths = dbutils.jobs.taskValues.get('first', 'paths', default={}, debugValue=0)

# COMMAND ----------

print(rows + 1, paths)
