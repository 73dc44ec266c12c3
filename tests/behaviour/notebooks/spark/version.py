# Databricks notebook source
# The version is Spark's.
print(int(spark.version.split('.')[0]) >= 3)
