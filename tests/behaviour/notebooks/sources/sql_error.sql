-- Databricks notebook source
-- A query of a table that is not there fails the run.
select * from main.default.no_such_table_here

-- COMMAND ----------

select 1
