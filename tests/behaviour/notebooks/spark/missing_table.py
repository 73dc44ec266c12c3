# Databricks notebook source
# A table that is not there: Spark's error, at once.
spark.table('main.default.behaviour_no_such_table').count()
