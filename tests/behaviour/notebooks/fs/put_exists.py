# Databricks notebook source
# put over a file needs overwrite.
dbutils.fs.put('/behaviour/put_exists/a.txt', 'new')
