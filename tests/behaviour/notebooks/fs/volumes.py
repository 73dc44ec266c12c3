# Databricks notebook source
# Volumes are paths, too.
dbutils.fs.put('/Volumes/main/default/behaviour_fs/sub/a.txt', 'in a volume', True)
print([(info.path, info.name) for info in dbutils.fs.ls('/Volumes/main/default/behaviour_fs/sub')])
