-- Databricks notebook source
-- MAGIC %python
-- MAGIC # Python cells of a SQL notebook have dbutils and share their names.
-- MAGIC value = 'from python'

-- COMMAND ----------

-- MAGIC %python
-- MAGIC dbutils.notebook.exit(value)
