# Databricks notebook source
# An absolute path.
print(dbutils.notebook.run('/Shared/behaviour/notebook_run/lib/adds', 60))
