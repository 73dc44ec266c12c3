# Databricks notebook source
# CSV is written and read by dbfs:/ and seen in /dbfs.
spark.range(3).toDF('n').coalesce(1).write.mode('overwrite').option('header', True).csv('dbfs:/behaviour/csv/out')
print(spark.read.option('header', True).option('inferSchema', True).csv('/behaviour/csv/out').count())

# COMMAND ----------

import os

print(any(name.endswith('.csv') for name in os.listdir('/dbfs/behaviour/csv/out')))
