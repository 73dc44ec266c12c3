# Databricks notebook source
# The child's context is the child's.
print(dbutils.notebook.run('./lib/path', 60))
