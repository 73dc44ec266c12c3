# Databricks notebook source
# Python before and after a %pip line in one cell.
kept = 'kept'
%pip install /dbfs/behaviour/wheels/bhv_eight-1.0-py3-none-any.whl
import bhv_eight

print(kept, bhv_eight.__version__)

# COMMAND ----------

print(kept)
