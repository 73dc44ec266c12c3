-- Databricks notebook source
-- MAGIC %run ./lib/view

-- COMMAND ----------

-- A Python notebook may be run from SQL.
select count(*) as n from made_by_run
