# Databricks notebook source
# Frames go to pandas and back.
import pandas as pd

frame = spark.createDataFrame(pd.DataFrame({'n': [1, 2], 'name': ['a', 'b']}))
back = frame.filter('n > 1').toPandas()
print(type(back).__name__, back.to_dict('records'))
