# Databricks notebook source
# The ids of job and run by the calls that users copy from each other.
import json

context = dbutils.notebook.entry_point.getDbutils().notebook().getContext()
found = json.loads(context.toJson())
print(int(found['currentRunId']['id']) > 0, int(found['tags']['multitaskParentRunId']) > 0)
print(int(found['tags']['jobId']) >= 0, int(found['tags']['runId']) > 0)

# COMMAND ----------

print(json.loads(context.safeToJson())['attributes']['notebook_path'])
