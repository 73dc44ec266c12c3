# Databricks notebook source
# Dates, decimals and nested values are shown as text.
display(spark.sql("select date'2024-02-29' as d, cast(1.50 as decimal(5,2)) as m, array(1, 2) as a, struct(1 as x) as s, timestamp'2024-02-29 12:30:00' as t"))
