# Databricks notebook source
# ls of a file is that file.
print([(info.path, info.size) for info in dbutils.fs.ls('dbfs:/behaviour/ls_file/a.txt')])
