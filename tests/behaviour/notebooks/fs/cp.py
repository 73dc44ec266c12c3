# Databricks notebook source
# cp copies a file; a directory needs recurse.
dbutils.fs.cp('/behaviour/cp/a.txt', '/behaviour/cp/copy.txt')
dbutils.fs.cp('/behaviour/cp/sub', '/behaviour/cp/sub2', recurse=True)
print(sorted(info.name for info in dbutils.fs.ls('/behaviour/cp')))
print([info.name for info in dbutils.fs.ls('/behaviour/cp/sub2')])
