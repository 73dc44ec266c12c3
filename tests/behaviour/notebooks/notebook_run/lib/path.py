# Databricks notebook source
ctx = dbutils.notebook.entry_point.getDbutils().notebook().getContext()
dbutils.notebook.exit(ctx.notebookPath().get())
