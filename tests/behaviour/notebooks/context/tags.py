# Databricks notebook source
# Tags say which job and task runs the notebook.
context = dbutils.notebook.entry_point.getDbutils().notebook().getContext()
tags = context.tags()
print(tags.get('jobId').isDefined(), len(tags.get('orgId').get()) > 0)
print(context.apiUrl().get().startswith('http'), len(context.apiToken().get()) > 10)
