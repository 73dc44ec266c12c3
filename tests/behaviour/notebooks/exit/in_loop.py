# Databricks notebook source
# exit() in a loop ends the loop and the notebook.
for number in range(10):
    print(number)
    if number == 2:
        dbutils.notebook.exit(str(number))

# COMMAND ----------

raise AssertionError('cells after exit do not run')
