# Databricks notebook source
# The session is there, and counts.
print(spark.range(10).count())
