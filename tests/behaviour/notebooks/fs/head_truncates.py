# Databricks notebook source
# head reads so many bytes at most.
print(dbutils.fs.head('/behaviour/head/a.txt', 5))
