# Databricks notebook source
# An empty directory has no entries.
dbutils.fs.mkdirs('/behaviour/ls_empty/new')
print(dbutils.fs.ls('/behaviour/ls_empty/new'))
