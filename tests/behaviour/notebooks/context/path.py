# Databricks notebook source
# The notebook's path, through the call that libraries use.
context = dbutils.notebook.entry_point.getDbutils().notebook().getContext()
print(context.notebookPath().get())
