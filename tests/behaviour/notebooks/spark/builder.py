# Databricks notebook source
# SparkSession.builder gives the notebook's session.
from pyspark.sql import SparkSession

spark.range(2).createOrReplaceTempView('mine')
print(SparkSession.builder.getOrCreate().table('mine').count(), SparkSession.getActiveSession() is not None)
