# Databricks notebook source
# A semicolon at the end hides the last expression.
40 + 2;

# COMMAND ----------

40 + 2
