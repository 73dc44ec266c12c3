# Databricks notebook source
# Settings of the platform's own may be set.
spark.conf.set('spark.databricks.delta.optimizeWrite.enabled', 'true')
spark.conf.set('spark.databricks.delta.schema.autoMerge.enabled', True)
spark.conf.set('spark.sql.execution.arrow.pyspark.enabled', 'true')
print('set')
