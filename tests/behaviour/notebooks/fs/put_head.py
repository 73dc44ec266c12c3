# Databricks notebook source
# put writes text, head reads it.
dbutils.fs.put('dbfs:/behaviour/put/a.txt', 'zażółć\n', True)
print(dbutils.fs.head('dbfs:/behaviour/put/a.txt'))
