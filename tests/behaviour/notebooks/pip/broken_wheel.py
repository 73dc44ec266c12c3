# Databricks notebook source
# DBTITLE 1,A file that is no wheel fails the run and names it
# MAGIC %pip install /dbfs/behaviour/wheels/bhv_broken-1.0-py3-none-any.whl
