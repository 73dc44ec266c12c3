# Databricks notebook source
# MAGIC %run ./inner

# COMMAND ----------

outer_value = inner_value + 1
