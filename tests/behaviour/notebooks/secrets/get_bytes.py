# Databricks notebook source
# getBytes gives bytes.
value = dbutils.secrets.getBytes('s-bytes', 'password')
print(type(value).__name__, len(value))
print(value)
