# Databricks notebook source
# A child has children of its own, by paths relative to itself.
print(dbutils.notebook.run('./lib/outer', 60))
