# Databricks notebook source
# A child's record does not show it, either.
value = dbutils.notebook.run('./lib/returns_secret', 60)
print(value)
