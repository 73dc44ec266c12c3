# Databricks notebook source
# dbruntime's context, as MLflow and others read it.
from dbruntime.databricks_repl_context import get_context

context = get_context()
print(context.notebookPath, context.isInNotebook, context.isInJob)
print(context.apiUrl.startswith('http'), bool(context.apiToken), bool(context.workspaceId))
