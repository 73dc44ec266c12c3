# Databricks notebook source
# Native code opens the platform's paths: Parquet by pyarrow and pandas.
import pandas as pd

pd.DataFrame({'n': [1, 2]}).to_parquet('/Volumes/main/default/behaviour_parquet/n.parquet')
print(pd.read_parquet('/Volumes/main/default/behaviour_parquet/n.parquet').n.sum())

# COMMAND ----------

print(spark.read.parquet('/Volumes/main/default/behaviour_parquet/n.parquet').count())
