# Databricks notebook source


# COMMAND ----------

   

# COMMAND ----------

print('after blanks')
