# Databricks notebook source
# A cluster's Spark settings are the session's.
print(spark.conf.get('spark.behaviour.colour'))
