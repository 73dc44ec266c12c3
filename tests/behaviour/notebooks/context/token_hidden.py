# Databricks notebook source
# The run's token is not shown when a notebook prints it.
context = dbutils.notebook.entry_point.getDbutils().notebook().getContext()
print(context.apiToken().get())
