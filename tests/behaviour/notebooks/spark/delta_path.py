# Databricks notebook source
# A Delta table by its path.
path = 'abfss://data@behaviour.dfs.core.windows.net/delta/numbers'
spark.range(4).write.format('delta').mode('overwrite').save(path)
print(spark.read.format('delta').load(path).count())
