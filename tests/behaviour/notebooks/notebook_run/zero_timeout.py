# Databricks notebook source
# Zero is no timeout.
print(dbutils.notebook.run('./lib/adds', 0, {'a': '7'}))
