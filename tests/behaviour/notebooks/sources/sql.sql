-- Databricks notebook source
-- A SQL notebook: its plain cells are SQL.
select 1 as one, 'a' as letter

-- COMMAND ----------

-- MAGIC %python
-- MAGIC print(_sqldf.collect()[0].one)

-- COMMAND ----------

-- MAGIC %md
-- MAGIC words
