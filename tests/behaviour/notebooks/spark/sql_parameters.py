# Databricks notebook source
# Named parameters of spark.sql.
print(spark.sql('select :a + 1 as b', args={'a': 41}).collect()[0].b)
print(spark.sql('select count(*) as n from {df}', df=spark.range(3)).collect()[0].n)
