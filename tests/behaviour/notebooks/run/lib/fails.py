# Databricks notebook source
ready = True

# COMMAND ----------

raise ValueError('inside the other notebook')
