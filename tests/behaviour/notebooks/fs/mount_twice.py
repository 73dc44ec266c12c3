# Databricks notebook source
# A mount point that is taken is refused.
source = 'wasbs://data@behaviourtwice.blob.core.windows.net/'
done = dbutils.fs.mount(source, '/mnt/behaviour_twice')

# COMMAND ----------

dbutils.fs.mount(source, '/mnt/behaviour_twice')
