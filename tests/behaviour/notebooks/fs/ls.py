# Databricks notebook source
# ls gives FileInfo: path, name, size, time; directories end in a slash.
found = dbutils.fs.ls('/behaviour/ls')
for info in found:
    print(info.path, info.name, info.size, info.isDir(), info.isFile())
print(all(info.modificationTime > 1_600_000_000_000 for info in found if info.isFile()))
