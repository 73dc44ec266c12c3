# Databricks notebook source
# A view of the session, in SQL of the session.
spark.range(4).createOrReplaceTempView('numbers')
print(spark.sql('select max(id) as m from numbers').collect()[0].m)
