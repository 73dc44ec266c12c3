# Databricks notebook source
# A child that does not exit gives back nothing.
value = dbutils.notebook.run('./lib/silent', 60)
print(repr(value or None))
