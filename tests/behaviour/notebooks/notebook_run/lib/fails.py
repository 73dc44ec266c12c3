# Databricks notebook source
print('about to fail')

# COMMAND ----------

raise ValueError('the child is broken')
