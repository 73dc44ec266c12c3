# Databricks notebook source
# toJson and safeToJson.
import json

context = dbutils.notebook.entry_point.getDbutils().notebook().getContext()
found = json.loads(context.toJson())
print(found['extraContext']['notebook_path'], 'tags' in found)
