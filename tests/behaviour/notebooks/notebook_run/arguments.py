# Databricks notebook source
# Arguments are the child's parameters; the others have their defaults.
print(dbutils.notebook.run('./lib/adds', 60, {'b': '40'}))
print(dbutils.notebook.run('./lib/adds', timeout_seconds=60, arguments={'a': '5', 'b': '5'}))
