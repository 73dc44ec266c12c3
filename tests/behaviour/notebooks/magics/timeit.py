# Databricks notebook source
# DBTITLE 1,%timeit measures a line
# MAGIC %timeit -n 2 -r 2 sum(range(10))
