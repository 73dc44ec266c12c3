# Databricks notebook source
# print, with its options.
print('a', 'b', sep='-', end='!')

# COMMAND ----------

print()
print('two')
print('lines')
