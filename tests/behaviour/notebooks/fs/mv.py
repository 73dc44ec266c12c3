# Databricks notebook source
# mv moves.
dbutils.fs.mv('/behaviour/mv/a.txt', '/behaviour/mv/b.txt')
print([info.name for info in dbutils.fs.ls('/behaviour/mv')])
