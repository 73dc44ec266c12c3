# Databricks notebook source
# The schema default, USE and two-level names.
spark.sql('create schema if not exists main.behaviour_use')
spark.sql('use main.behaviour_use')
spark.range(2).write.mode('overwrite').saveAsTable('short')
print(spark.table('behaviour_use.short').count(), spark.table('main.behaviour_use.short').count())
