# Databricks notebook source
# Names that every notebook has.
for name in ('spark', 'sqlContext', 'dbutils', 'display', 'displayHTML', 'table', 'sql', 'udf', 'getArgument'):
    assert name in globals(), name
print(sql('select 1 as one').collect()[0].one, udf is not None)
