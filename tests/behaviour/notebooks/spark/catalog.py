# Databricks notebook source
# spark.catalog lists and tells.
spark.sql('create schema if not exists main.behaviour_catalog')
spark.range(1).write.mode('overwrite').saveAsTable('main.behaviour_catalog.t')
print([t.name for t in spark.catalog.listTables('main.behaviour_catalog')])
print(spark.catalog.tableExists('main.behaviour_catalog.t'), spark.catalog.tableExists('main.behaviour_catalog.none'))
