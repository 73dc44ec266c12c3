# Databricks notebook source
# Users catch AnalysisException.
from pyspark.errors import AnalysisException

try:
    spark.table('main.default.behaviour_no_such_table').count()
except AnalysisException as error:
    print(type(error).__name__, 'behaviour_no_such_table' in str(error))
