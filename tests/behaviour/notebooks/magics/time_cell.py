# Databricks notebook source
# DBTITLE 1,%%time times a whole cell
# MAGIC %%time
# MAGIC total = 0
# MAGIC for number in range(10):
# MAGIC     total += number
# MAGIC print(total)
