# Databricks notebook source
# Settings are read and set; an unknown one is its default.
spark.conf.set('spark.sql.shuffle.partitions', '7')
print(spark.conf.get('spark.sql.shuffle.partitions'), spark.conf.get('behaviour.nothing', 'default'))
