# Databricks notebook source
# file:/ is the machine's own file system.
import tempfile, pathlib

folder = pathlib.Path(tempfile.mkdtemp())
(folder / 'a.txt').write_text('local')
dbutils.fs.cp(f'file:{folder}/a.txt', 'dbfs:/behaviour/local/a.txt')
print([info.name for info in dbutils.fs.ls(f'file:{folder}')])
