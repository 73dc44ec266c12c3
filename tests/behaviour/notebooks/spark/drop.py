# Databricks notebook source
# A dropped table is gone.
spark.sql('create schema if not exists main.behaviour_drop')
spark.range(2).write.mode('overwrite').saveAsTable('main.behaviour_drop.t')
spark.sql('drop table main.behaviour_drop.t')
print(spark.catalog.tableExists('main.behaviour_drop.t'))
again = spark.sql('drop table if exists main.behaviour_drop.t')
