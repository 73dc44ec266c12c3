# Databricks notebook source
# Python's variables are not the shell's.
name = 'python'

# COMMAND ----------

# MAGIC %sh
# MAGIC name=shell
# MAGIC echo $name ${nothing:-unset} {name}
