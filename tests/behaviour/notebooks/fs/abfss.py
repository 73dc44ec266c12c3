# Databricks notebook source
# Azure Storage by its address.
base = 'abfss://data@behaviour.dfs.core.windows.net/in'
dbutils.fs.put(f'{base}/a.txt', 'in storage', True)
print(dbutils.fs.head(f'{base}/a.txt'))
print([info.path for info in dbutils.fs.ls(base)])
