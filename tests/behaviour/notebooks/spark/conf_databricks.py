# Databricks notebook source
# Settings of the platform's own that notebooks on a cluster read.
print(bool(spark.conf.get('spark.databricks.clusterUsageTags.clusterId')))

# COMMAND ----------

print(spark.conf.get('spark.databricks.clusterUsageTags.sparkVersion'))

# COMMAND ----------

print(len(spark.conf.get('spark.databricks.workspaceUrl')) > 0)
