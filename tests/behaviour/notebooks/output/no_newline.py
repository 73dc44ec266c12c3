# Databricks notebook source
# Text without a line end belongs to its own cell.
print('open', end='')

# COMMAND ----------

print('closed')
