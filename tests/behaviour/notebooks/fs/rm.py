# Databricks notebook source
# rm removes; what is not there is False; a full directory needs recurse.
print(dbutils.fs.rm('/behaviour/rm/a.txt'), dbutils.fs.rm('/behaviour/rm/none'))
try:
    dbutils.fs.rm('/behaviour/rm/sub')
except Exception:
    print('refused')
print(dbutils.fs.rm('/behaviour/rm/sub', True), dbutils.fs.ls('/behaviour/rm'))
