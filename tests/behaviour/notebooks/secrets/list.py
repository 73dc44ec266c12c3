# Databricks notebook source
# Scopes have names, their secrets keys; no values.
print('s-list' in [scope.name for scope in dbutils.secrets.listScopes()])
print(sorted(item.key for item in dbutils.secrets.list('s-list')))
