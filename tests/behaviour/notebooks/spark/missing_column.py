# Databricks notebook source
# A column that is not there is named.
spark.range(1).select('no_such_column').collect()
