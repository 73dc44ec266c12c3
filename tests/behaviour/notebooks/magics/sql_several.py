# Databricks notebook source
# DBTITLE 1,Of several statements the last one's result is shown
# MAGIC %sql
# MAGIC create or replace temp view numbers as select * from range(4);
# MAGIC -- a comment; with a semicolon
# MAGIC select 'first' as which;
# MAGIC select count(*) as n from numbers;
