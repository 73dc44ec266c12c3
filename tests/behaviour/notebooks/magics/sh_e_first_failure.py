# Databricks notebook source
# DBTITLE 1,With -e the first failing command ends the cell
# MAGIC %sh -e
# MAGIC false
# MAGIC echo never
