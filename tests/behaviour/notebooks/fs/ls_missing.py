# Databricks notebook source
# ls of what is not there fails with the text that users match.
try:
    dbutils.fs.ls('dbfs:/behaviour/no/such')
except Exception as error:
    print('FileNotFoundException' in str(error) or 'java.io.FileNotFoundException' in repr(error))
    raise
