# Databricks notebook source
# quit() must not let later cells run, nor end with success.
x = 1

# COMMAND ----------

quit()

# COMMAND ----------

print('never')
