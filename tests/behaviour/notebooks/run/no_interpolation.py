# Databricks notebook source
# Python's variables are not put into the line.
name = 'greet'

# COMMAND ----------

# MAGIC %run ./lib/$name
